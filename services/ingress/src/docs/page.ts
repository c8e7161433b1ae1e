import type { OpenApiDocument } from '../openapi/document.ts'
import type { Answer, Operation } from '../openapi/operation.ts'
import type { Schema } from '../openapi/components.ts'
import { type Html, html, prose } from './html.ts'
import { schemaView, typeOf } from './schema-view.ts'

type Entry = { readonly path: string; readonly method: string; readonly operation: Operation }

/** The page that shows an OpenAPI document: markup only, so that it needs no script and nothing from elsewhere. */
export function renderPage({ info, paths, components }: OpenApiDocument): string {
  const entries = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const schemas = Object.entries(components.schemas)
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${info.title} API</title>
        <link rel="stylesheet" href="/docs/page.css" />
      </head>
      <body>
        <nav aria-label="Contents">
          <strong>${info.title} API</strong>
          <ul>
            ${entries.map(link)}
          </ul>
          <strong>Schemas</strong>
          <ul>
            ${schemas.map(([name]) => html`<li><a href="#${name}">${name}</a></li>`)}
          </ul>
        </nav>
        <main>
          <h1>${info.title} API</h1>
          <p>${prose(info.description)}</p>
          <p><a href="/openapi.json">openapi.json</a> is the same for programs, in OpenAPI 3.1.</p>
          ${entries.map(operationView)}
          <h2>Schemas</h2>
          ${schemas.map(
            ([name, schema]) =>
              html`<section id="${name}">
                <h3>${name}</h3>
                ${schemaView(schema)}
              </section>`,
          )}
        </main>
      </body>
    </html>`.markup
}

function link({ method, path, operation }: Entry): Html {
  return html`<li><a href="#${operation.operationId}">${badge(method)} ${path}</a></li>`
}

function operationView({ method, path, operation }: Entry): Html {
  const { operationId, summary, description, security, parameters, requestBody, responses } = operation
  return html`<section id="${operationId}">
    <h2>${summary}</h2>
    <p class="path">${badge(method)} <code>${path}</code> ${security && html`<em>with a key</em>`}</p>
    <p>${prose(description)}</p>
    ${
      parameters &&
      html`<h4>Parameters</h4>
        <dl>${parameters.map(parameterView)}</dl>`
    }
    ${
      requestBody &&
      html`<h4>Body</h4>
        <dl>${mediaView(requestBody.content)}</dl>
        ${exampleView(path, requestBody)}`
    }
    <h4>Answers</h4>
    <dl>${Object.entries(responses).map(([status, answer]) => answerView(status, answer))}</dl>
  </section>`
}

function parameterView(parameter: Schema): Html {
  const { name, in: place, required, description, schema } = parameter
  return html`<div class="property">
    <dt><code>${String(name)}</code> ${required === true && html`<em>required</em>`}</dt>
    <dd>
      in the ${String(place)}:
      ${typeOf(schema as Schema)}${typeof description === 'string' && html`<p>${prose(description)}</p>`}
    </dd>
  </div>`
}

function answerView(status: string, { description, content }: Answer): Html {
  return html`<div class="property">
    <dt><code class="status s${status.slice(0, 1)}">${status}</code></dt>
    <dd>${prose(description)} ${content && html`<dl>${mediaView(content)}</dl>`}</dd>
  </div>`
}

function mediaView(content: NonNullable<Answer['content']>): Html[] {
  return Object.entries(content).map(
    ([type, { schema }]) =>
      html`<div class="property">
        <dt><code>${type}</code></dt>
        <dd>${typeOf(schema)}</dd>
      </div>`,
  )
}

/** A call that can be pasted into a terminal. */
function exampleView(path: string, { content }: NonNullable<Operation['requestBody']>): Html | undefined {
  const [type, { example } = {}] =
    Object.entries(content).find(([, media]) => media.example !== undefined) ?? []
  if (type === undefined) return undefined
  const body = JSON.stringify(example, null, 2).replaceAll("'", String.raw`'\''`)
  const lines = [
    `curl http://127.0.0.1:8080${path} \\`,
    `  -H 'Authorization: Bearer demo' \\`,
    `  -H 'Content-Type: ${type}' \\`,
    `  -d '${body}'`,
  ]
  return html`<h4>Example</h4>
    <pre tabindex="0"><code>${lines.join('\n')}</code></pre>`
}

function badge(method: string): Html {
  return html`<span class="method ${method}">${method.toUpperCase()}</span>`
}
