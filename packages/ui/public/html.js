import htm from 'htm'
import { h } from 'preact'

/** Markup as a template string: html`<p class="quiet">${text}</p>` */
export const html = htm.bind(h)
