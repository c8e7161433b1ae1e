/**
 * Replaces what a pattern finds that ends with `end`. What comes after the last `end` is not searched: a pattern that
 * looks for its end from each of its beginnings takes a time that grows with the square of the text, and bodies come
 * from anybody.
 */
export function replaceUpTo(text: string, end: string, pattern: RegExp, by: string): string {
  const searched = searchedUpTo(text, end)
  return searched.replaceAll(pattern, by) + text.slice(searched.length)
}

/** The beginning of a text in which something that ends with `end` can be. */
export function searchedUpTo(text: string, end: string): string {
  const last = text.lastIndexOf(end)
  return last < 0 ? '' : text.slice(0, last + end.length)
}
