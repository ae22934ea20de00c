// What a mutant is: one small change of one place of a file, such as a programmer makes by mistake. All mutants of a
// file stand in one text of it, each behind a switch, so that a file is parsed and compiled once and not a thousand
// times; `__mutant(id)` says whether that one is on, and notes that a test came by.
import { stripTypeScriptTypes } from 'node:module'
import { parseAst } from 'vitest/node'

export interface Mutant {
  readonly id: number
  readonly file: string
  readonly line: number
  readonly kind: string
  /** What stands there, and what the mutant has instead; in one line each. */
  readonly from: string
  readonly to: string
}

interface Change {
  readonly kind: string
  readonly to: string
}

type Node = Readonly<Record<string, unknown>> & { readonly type: string; readonly start: number; readonly end: number }

/** Where a node stands, as far as that decides whether it may be changed. */
interface Place {
  readonly parent: Node | null
  /** In the middle of `a?.b.c()`, where a pair of brackets would end what the question mark leaves out. */
  readonly chained: boolean
}

/** Of a check: what users read, and names that the compiler or a meta-test holds. */
const notMutated = /^(?:words|title|fine|code|slug|needs|wants|remedies|decides)$/

const flipped = new Map([
  ['===', ['!==']],
  ['!==', ['===']],
  ['<', ['<=', '>=']],
  ['<=', ['<', '>']],
  ['>', ['>=', '<=']],
  ['>=', ['>', '<']],
  ['+', ['-']],
  ['-', ['+']],
  ['*', ['/']],
  ['/', ['*']],
])

const otherCalls = new Map([
  ['some', 'every'],
  ['every', 'some'],
  ['min', 'max'],
  ['max', 'min'],
])

/** What takes something out of a list, or puts it into order: left out, the list stays as it is. */
const dropped = new Set(['filter', 'toSorted', 'slice', 'toReversed'])

/** The file with its mutants in it, and what they are; `first` is the id of the first. */
export function mutate(file: string, source: string, first: number): { code: string; mutants: readonly Mutant[] } {
  const js = stripTypeScriptTypes(source, { mode: 'strip' })
  const mutants: Mutant[] = []
  const lineOf = linesOf(js)
  const shown = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, 90)

  const emit = (node: Node, place: Place): string => {
    const inner = place.chained || node.type === 'ChainExpression'
    let at = node.start
    let text = ''
    for (const child of children(node)) {
      const chained = inner && (child === node['object'] || child === node['callee'] || child === node['expression'])
      text += js.slice(at, child.start) + emit(child, { parent: node, chained })
      at = child.end
    }
    text += js.slice(at, node.end)
    if (place.chained) return text

    const from = js.slice(node.start, node.end)
    const changes = changesOf(node, js, place.parent)
    const ids = changes.map(({ kind, to }) => {
      const id = first + mutants.length
      mutants.push({ id, file, line: lineOf(node.start), kind, from: shown(from), to: shown(to) })
      return id
    })
    if (ids.length === 0) return text
    // In braces of its own: an `else` behind it is another's.
    if (node.type === 'ExpressionStatement') return `{if(!__mutant(${ids[0]})){${text}\n}}`
    return `(${changes.map(({ to }, index) => `__mutant(${ids[index]})?(${to}):`).join('')}(${text}))`
  }

  const code = emit(parseAst(js) as unknown as Node, { parent: null, chained: false })
  return { code, mutants }
}

/** What is looked into: no names, no keys, no prose. */
function children(node: Node): readonly Node[] {
  if (node.type.startsWith('Import') || (node.type === 'TemplateLiteral' && isProse(node))) return []
  const found = Object.entries(node).flatMap(([key, value]) => {
    if ((key === 'key' || key === 'property') && node['computed'] !== true) return []
    if (key === 'value' && notMutated.test(nameOf(node['key']))) return []
    return (Array.isArray(value) ? value : [value]).filter(isNode)
  })
  return found.toSorted((a, b) => a.start - b.start)
}

function changesOf(node: Node, js: string, parent: Node | null): readonly Change[] {
  const text = (it: unknown): string => (isNode(it) ? js.slice(it.start, it.end) : '')
  switch (node.type) {
    case 'Literal':
      return literal(node, parent)
    case 'BinaryExpression':
      return binary(node, text)
    case 'LogicalExpression': {
      const other = { '&&': '||', '||': '&&' }[String(node['operator'])]
      if (other === undefined) return tested(node, text(node), parent)
      const to = `(${text(node['left'])}) ${other} (${text(node['right'])})`
      return [{ kind: 'and-or', to }, ...tested(node, text(node), parent)]
    }
    case 'UnaryExpression':
      return node['operator'] === '!'
        ? [{ kind: 'negated', to: text(node['argument']) }, ...never(node, parent)]
        : tested(node, text(node), parent)
    case 'ExpressionStatement':
      return typeof node['directive'] === 'string' ? [] : [{ kind: 'statement', to: '' }]
    case 'CallExpression':
      return [...call(node, text), ...tested(node, text(node), parent)]
    case 'ChainExpression':
      return [
        ...(isNode(node['expression']) ? call(node['expression'], text) : []),
        ...tested(node, text(node), parent),
      ]
    case 'Identifier':
    case 'MemberExpression':
      return tested(node, text(node), parent)
    default:
      return []
  }
}

function binary(node: Node, text: (it: unknown) => string): readonly Change[] {
  const operator = String(node['operator'])
  const sides = [node['left'], node['right']]
  const isText = operator === '+' && sides.some(hasText)
  return (isText ? [] : (flipped.get(operator) ?? [])).map((to) => ({
    kind: /[<>]/.test(operator) ? 'boundary' : 'operator',
    to: `(${text(node['left'])}) ${to} (${text(node['right'])})`,
  }))
}

function literal(node: Node, parent: Node | null): readonly Change[] {
  const { value } = node
  if (typeof value === 'boolean') return [{ kind: 'boolean', to: String(!value) }]
  if (typeof value === 'number') {
    // The place in a list: another one is as a rule none at all, and dies of that.
    if (parent?.type === 'MemberExpression' || value === 0) return [{ kind: 'number', to: String(value + 1) }]
    const step = value >= 10 && Number.isInteger(value) ? Math.round(value / 10) : value / 10
    const by = Number.isInteger(value) && value < 10 ? 1 : step
    return [value + by, value - by].map((to) => ({ kind: 'number', to: String(Number(to.toPrecision(6))) }))
  }
  // A word decides something; what has a space in it is read by people.
  return typeof value === 'string' && /^[\w.:/*-]{2,}$/.test(value) ? [{ kind: 'string', to: "''" }] : []
}

function call(node: Node, text: (it: unknown) => string): readonly Change[] {
  const { callee } = node
  if (node.type !== 'CallExpression' || !isNode(callee) || callee.type !== 'MemberExpression') return []
  const name = nameOf(callee['property'])
  if (dropped.has(name)) return [{ kind: 'call', to: text(callee['object']) }]
  const other = otherCalls.get(name)
  if (other === undefined || callee['computed'] === true || !isNode(callee['property'])) return []
  const args = Array.isArray(node['arguments']) ? node['arguments'].map(text).join(', ') : ''
  return [{ kind: 'call', to: `(${text(callee['object'])}).${other}(${args})` }]
}

/** A condition that is neither a comparison nor a "not", which have changes of their own. */
function tested(node: Node, text: string, parent: Node | null): readonly Change[] {
  if (parent?.['test'] !== node || (parent.type === 'ConditionalExpression' && onlyProse(parent))) return []
  return [{ kind: 'negated', to: `!(${text})` }, ...never(node, parent)]
}

/** A guard that never holds: the early return, the `continue`, the throw is gone. */
function never(node: Node, parent: Node | null): readonly Change[] {
  return parent?.type === 'IfStatement' && parent['test'] === node ? [{ kind: 'never', to: 'false' }] : []
}

function onlyProse(node: Node): boolean {
  return [node['consequent'], node['alternate']].every((it) => isNode(it) && isProse(it))
}

function isProse(node: Node): boolean {
  if (node.type === 'TemplateLiteral') return JSON.stringify(node['quasis']).includes(' ')
  if (node.type === 'BinaryExpression') return isNode(node['left']) && isProse(node['left'])
  return node.type === 'Literal' && (node['value'] === '' || /\s/.test(String(node['value'])))
}

function hasText(it: unknown): boolean {
  if (!isNode(it)) return false
  if (it.type === 'BinaryExpression') return hasText(it['left']) || hasText(it['right'])
  return it.type === 'TemplateLiteral' || typeof it['value'] === 'string'
}

function nameOf(it: unknown): string {
  return isNode(it) ? String(it['name'] ?? it['value'] ?? '') : ''
}

function isNode(it: unknown): it is Node {
  return typeof it === 'object' && it !== null && 'type' in it && 'start' in it
}

function linesOf(text: string): (at: number) => number {
  const starts = [...text.matchAll(/\n/g)].map((it) => it.index)
  return (at) => starts.filter((it) => it < at).length + 1
}
