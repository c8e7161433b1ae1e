/** A document as indented lines of `[kind, text]` tokens; one that is no XML as its plain lines. */
export function linesOf(text) {
  // A stream is several documents, one after the other.
  const documents = text.split(/(?=<Envelope )/).filter((part) => part.trim() !== '')
  return documents.flatMap((document) => {
    const parsed = new DOMParser().parseFromString(document, 'text/xml')
    if (parsed.querySelector('parsererror'))
      return document.split('\n').map((line) => ({ depth: 0, tokens: [['plain', line]] }))
    return linesOfElement(parsed.documentElement, 0)
  })
}

function linesOfElement(element, depth) {
  const open = [['tag', `<${element.nodeName}`], ...[...element.attributes].flatMap(attributeTokens)]
  const close = ['tag', `</${element.nodeName}>`]
  if (element.childNodes.length === 0) return [{ depth, tokens: [...open, ['tag', '/>']] }]
  open.push(['tag', '>'])
  if (element.children.length === 0)
    return [{ depth, tokens: [...open, ['plain', element.textContent], close] }]
  const inner = [...element.childNodes].flatMap((child) => {
    if (child.nodeType === Node.ELEMENT_NODE) return linesOfElement(child, depth + 1)
    return child.textContent.trim() === ''
      ? []
      : [{ depth: depth + 1, tokens: [['plain', child.textContent.trim()]] }]
  })
  return [{ depth, tokens: open }, ...inner, { depth, tokens: [close] }]
}

function attributeTokens({ name, value }) {
  return [
    ['name', ` ${name}=`],
    ['value', `"${value}"`],
  ]
}
