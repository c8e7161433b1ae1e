import type { Schema } from '../openapi/components.ts'
import { type Html, html, prose } from './html.ts'

/** What a schema demands, property by property. */
export function schemaView(schema: Schema): Html {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>)
  if (properties.length === 0) return html`<p>${typeOf(schema)}</p>`
  const required = new Set((schema['required'] ?? []) as string[])
  return html`<dl>
    ${properties.map(([name, property]) => propertyView(name, property, required.has(name)))}
  </dl>`
}

function propertyView(name: string, property: Schema, isRequired: boolean): Html {
  const { description, default: preset } = property
  const inner = innerObject(property)
  return html`<div class="property">
    <dt><code>${name}</code> ${isRequired && html`<em>required</em>`}</dt>
    <dd>
      ${typeOf(property)}${preset !== undefined && html`, <code>${JSON.stringify(preset)}</code> if missing`}
      ${typeof description === 'string' && html`<p>${prose(description)}</p>`} ${inner && schemaView(inner)}
    </dd>
  </div>`
}

/** A type in words; references lead to their place on the page. */
export function typeOf(schema: Schema): Html {
  const { $ref, type, items, enum: values, const: constant } = schema
  const choices = (schema['anyOf'] ?? schema['oneOf']) as Schema[] | undefined
  if (typeof $ref === 'string') {
    const name = $ref.split('/').at(-1)!
    return html`<a href="#${name}">${name}</a>`
  }
  if (constant !== undefined) return html`<code>${JSON.stringify(constant)}</code>`
  if (Array.isArray(values))
    return joined(
      values.map((value) => html`<code>${JSON.stringify(value)}</code>`),
      ' or ',
    )
  if (choices) return joined(choices.map(typeOf), ' or ')
  if (items) return html`list of ${typeOf(items as Schema)}${limitsOf(schema)}`
  return html`${typeof type === 'string' ? type : 'anything'}${limitsOf(schema)}`
}

const limitWords: readonly (readonly [string, string])[] = [
  ['format', ''],
  ['minimum', 'from '],
  ['exclusiveMinimum', 'above '],
  ['maximum', 'up to '],
  ['minLength', 'at least characters: '],
  ['maxLength', 'at most characters: '],
  ['maxItems', 'at most entries: '],
]

function limitsOf(schema: Schema): Html[] {
  return limitWords
    .filter(([key]) => schema[key] !== undefined && Math.abs(Number(schema[key])) !== Number.MAX_SAFE_INTEGER)
    .map(([key, words]) => html`, ${words}${String(schema[key])}`)
}

function joined(parts: readonly Html[], separator: string): Html {
  return html`${parts.map((part, index) => html`${index > 0 && separator}${part}`)}`
}

/** An object that has no name of its own is shown where it stands. */
function innerObject(schema: Schema): Schema | undefined {
  const inner = (schema['items'] ?? schema) as Schema
  return inner['properties'] ? inner : undefined
}
