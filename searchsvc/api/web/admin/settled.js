// Whether all that was chosen has been read: who acts on a choice waits for that.

let last = Promise.resolve(true);

/** `promise` gives whether what has just been chosen could be read. */
export function settles(promise) {
  last = promise;
}

/** Whether what was chosen last could be read, once it is known. */
export async function settled() {
  let seen;
  let read;
  do {
    seen = last;
    read = await seen;
  } while (seen !== last);
  return read;
}
