/** The hours of one calendar follow those of the other, so that the same time stands side by side. */
export function scrollTogether({ target, currentTarget }) {
  const calendar = target.closest('.calendar')
  if (!calendar || target.scrollHeight <= target.clientHeight) return
  for (const other of currentTarget.querySelectorAll('.calendar')) {
    if (other === calendar) continue
    // The same part of the other calendar; lists of different lengths go their own ways.
    const part = [...other.querySelectorAll(`[class="${target.className}"]`)].find(
      ({ scrollHeight, clientHeight }) => scrollHeight > clientHeight && scrollHeight === target.scrollHeight,
    )
    if (part && part.scrollTop !== target.scrollTop) part.scrollTop = target.scrollTop
  }
}
