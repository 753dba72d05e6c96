// Writes values as people read them.

/** A format that is made when first used: the first of a tab takes a browser tens of milliseconds. */
function format(make) {
  let made = null;
  return { format: (value) => (made ??= make()).format(value) };
}

export const number = format(() => new Intl.NumberFormat());
/** An end of a range: a year has four digits and no comma. */
export const bound = format(() => new Intl.NumberFormat(undefined, { useGrouping: "min2" }));
export const day = format(() => new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" }));
/** A field's name as words: `billing_city` and `BillingCity` alike. */
export const label = (name) => name.replaceAll("_", " ")
  .replace(/(\p{Ll}|\p{N})(?=\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll})/gu, "$& ")
  .replace(/^./u, (first) => first.toUpperCase());
export const yes = (value) => (value === true ? "Yes" : value === false ? "No" : String(value));
export const same = (one, other) => one.trim().toLowerCase() === other.trim().toLowerCase();
