import { useState } from 'preact/hooks'
import { html } from './ui/html.js'

const mostRows = 500

/** Those of `all` that hold what is typed, and the field to type it in. */
export function useSearch(all, textsOf) {
  const [search, setSearch] = useState('')
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const shown = all.filter((one) => {
    const text = textsOf(one).join(' ').toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const field = html`<input
    class="input"
    type="search"
    placeholder="Search"
    aria-label="Search"
    value=${search}
    onInput=${(event) => setSearch(event.target.value)}
  />`
  return [shown.slice(0, mostRows), field]
}

/** What will appear here, and how to make it appear. */
export function Empty({ title, children }) {
  return html`<div class="notice">
    <p class="title">${title}</p>
    <p class="quiet">${children}</p>
  </div>`
}
