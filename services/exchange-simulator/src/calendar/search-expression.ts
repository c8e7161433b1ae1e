import { schemaViolation } from '../soap/errors.ts'
import type { Mailbox } from '../store/mailbox.ts'
import { child, type Element } from '../xml/element.ts'

export type Value = string | number | boolean | undefined

/** A property as a search sees it: its values, and how a constant is read to be compared with them. */
export type Operand<Target> = {
  values: (target: Target) => readonly Value[]
  constant: (text: string) => Value
  /** Answers for an equality from an index. */
  find?: (mailbox: Mailbox, constant: string) => Target[]
}

/** A compiled search: a test, and, where an index can answer it, the only targets that can pass. */
export type Search<Target> = {
  test: (target: Target) => boolean
  candidates?: (mailbox: Mailbox) => Target[]
}

type OperandOf<Target> = (path: Element) => Operand<Target>

const comparisons: Readonly<Record<string, (left: Value, right: Value) => boolean>> = {
  IsEqualTo: isSame,
  IsNotEqualTo: (left, right) => !isSame(left, right),
  IsGreaterThan: (left, right) => left !== undefined && right !== undefined && left > right,
  IsGreaterThanOrEqualTo: (left, right) => left !== undefined && right !== undefined && left >= right,
  IsLessThan: (left, right) => left !== undefined && right !== undefined && left < right,
  IsLessThanOrEqualTo: (left, right) => left !== undefined && right !== undefined && left <= right,
}

/** Exchange compares texts without regard to case. */
function isSame(left: Value, right: Value): boolean {
  return typeof left === 'string' && typeof right === 'string'
    ? left.toLowerCase() === right.toLowerCase()
    : left === right
}

/** Compiles one search expression; `operandOf` says what its paths name. */
export function compileExpression<Target>(expression: Element, operandOf: OperandOf<Target>): Search<Target> {
  switch (expression.name) {
    case 'And':
      return compileAnd(expression.children.map((part) => compileExpression(part, operandOf)))
    case 'Or': {
      const parts = expression.children.map((part) => compileExpression(part, operandOf))
      return { test: (target) => parts.some(({ test }) => test(target)) }
    }
    case 'Not': {
      const part = compileExpression(only(expression), operandOf)
      return { test: (target) => !part.test(target) }
    }
    case 'Exists': {
      const operand = operandOf(only(expression))
      return { test: (target) => operand.values(target).some((value) => value !== undefined && value !== '') }
    }
    case 'Contains':
      return { test: compileContains(expression, operandOf) }
    case 'Excludes':
      return { test: compileExcludes(expression, operandOf) }
    default:
      return compileComparison(expression, operandOf)
  }
}

function compileAnd<Target>(parts: readonly Search<Target>[]): Search<Target> {
  const indexed = parts.find(({ candidates }) => candidates)
  const test = (target: Target): boolean => parts.every((part) => part.test(target))
  return indexed?.candidates ? { test, candidates: indexed.candidates } : { test }
}

function compileComparison<Target>(expression: Element, operandOf: OperandOf<Target>): Search<Target> {
  const compare = comparisons[expression.name]
  if (!compare) throw schemaViolation(`unexpected element ${expression.name} in Restriction`)
  const operand = operandOf(pathOf(expression))
  const right = child(expression, 'FieldURIOrConstant')
  const given = right && (child(right, 'Constant') ?? right.children[0])
  if (!given) throw schemaViolation('FieldURIOrConstant is missing')
  if (given.name !== 'Constant') {
    const other = operandOf(given)
    return { test: (target) => compare(operand.values(target)[0], other.values(target)[0]) }
  }
  const text = given.attributes['Value'] ?? ''
  const constant = operand.constant(text)
  // A property of several values is equal to each of them.
  const test = (target: Target): boolean => {
    const values = operand.values(target)
    return expression.name === 'IsNotEqualTo'
      ? values.every((value) => compare(value, constant))
      : values.some((value) => compare(value, constant))
  }
  const { find } = operand
  return find && expression.name === 'IsEqualTo'
    ? { test, candidates: (mailbox) => find(mailbox, text) }
    : { test }
}

const modes: Readonly<Record<string, (value: string, needle: string) => boolean>> = {
  FullString: (value, needle) => value === needle,
  Prefixed: (value, needle) => value.startsWith(needle),
  Substring: (value, needle) => value.includes(needle),
  PrefixOnWords: (value, needle) => wordsOf(value).some((word) => word.startsWith(needle)),
  ExactPhrase: (value, needle) => ` ${wordsOf(value).join(' ')} `.includes(` ${wordsOf(needle).join(' ')} `),
}

const foldings =
  /^(Exact|IgnoreCase|IgnoreNonSpacingCharacters|Loose|IgnoreCaseAndNonSpacingCharacters|LooseAndIgnoreCase|LooseAndIgnoreNonSpace|LooseAndIgnoreCaseAndIgnoreNonSpace)$/

function compileContains<Target>(
  expression: Element,
  operandOf: OperandOf<Target>,
): (target: Target) => boolean {
  const operand = operandOf(pathOf(expression))
  const wanted = child(expression, 'Constant')?.attributes['Value'] ?? ''
  const mode = expression.attributes['ContainmentMode'] ?? 'FullString'
  const matches = modes[mode]
  if (!matches) throw schemaViolation(`'${mode}' is not a valid ContainmentMode`)
  const fold = foldingOf(expression.attributes['ContainmentComparison'] ?? 'Exact')
  const needle = fold(wanted)
  return (target) =>
    operand.values(target).some((value) => value !== undefined && matches(fold(String(value)), needle))
}

function foldingOf(comparison: string): (text: string) => string {
  if (!foldings.test(comparison))
    throw schemaViolation(`'${comparison}' is not a valid ContainmentComparison`)
  const ignoresCase = /Case|Loose/.test(comparison)
  const ignoresMarks = comparison.includes('NonSpac')
  return (text) => {
    const bare = ignoresMarks ? text.normalize('NFD').replace(/\p{M}/gu, '') : text
    return ignoresCase ? bare.toLowerCase() : bare
  }
}

function compileExcludes<Target>(
  expression: Element,
  operandOf: OperandOf<Target>,
): (target: Target) => boolean {
  const operand = operandOf(pathOf(expression))
  const mask = Number(child(expression, 'Bitmask')?.attributes['Value'] ?? 'missing')
  if (!Number.isInteger(mask)) throw schemaViolation('Excludes without a valid Bitmask')
  return (target) => operand.values(target).every((value) => (Number(value ?? 0) & mask) === 0)
}

function pathOf(expression: Element): Element {
  const [path] = expression.children
  if (!path) throw schemaViolation('a search expression without a path')
  return path
}

function only(expression: Element): Element {
  const [inner] = expression.children
  if (!inner || expression.children.length > 1)
    throw schemaViolation(`${expression.name} wants one expression`)
  return inner
}

function wordsOf(text: string): string[] {
  return text.split(/[^\p{L}\p{N}\p{M}_]+/u).filter((word) => word !== '')
}
