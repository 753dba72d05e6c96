// Writes values as people read them.

export const number = new Intl.NumberFormat();
export const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });
/** A field's name as words: `billing_city` and `BillingCity` alike. */
export const label = (name) => name.replaceAll("_", " ")
  .replace(/(\p{Ll}|\p{N})(?=\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll})/gu, "$& ")
  .replace(/^./u, (first) => first.toUpperCase());
export const yes = (value) => (value === true ? "Yes" : value === false ? "No" : String(value));
export const same = (one, other) => one.trim().toLowerCase() === other.trim().toLowerCase();
