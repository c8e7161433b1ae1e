const directions = {
  ArrowUp: ({ x, y }) => y < 0 && Math.abs(x) * 2 - y,
  ArrowDown: ({ x, y }) => y > 0 && Math.abs(x) * 2 + y,
  ArrowLeft: ({ x, y }) => x < 0 && Math.abs(y) / 2 - x,
  ArrowRight: ({ x, y }) => x > 0 && Math.abs(y) / 2 + x,
}

/** Arrow keys move the focus from one event of a calendar to the nearest one in that direction. */
export function moveFocus(event) {
  const distance = directions[event.key]
  const from = event.target.closest?.('.entry')
  if (!distance || !from) return
  event.preventDefault()

  const here = corner(from)
  let nearest
  for (const other of event.currentTarget.querySelectorAll('.entry')) {
    const there = corner(other)
    const length = other !== from && distance({ x: there.x - here.x, y: there.y - here.y })
    if (length && (!nearest || length < nearest.length)) nearest = { other, length }
  }
  nearest?.other.focus()
}

function corner(element) {
  const { left, top } = element.getBoundingClientRect()
  return { x: left, y: top }
}
