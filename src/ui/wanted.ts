import * as v from 'valibot'
import { quoted } from '../phrases.ts'
import type { Level } from '../model/sources.ts'
import { ToolError } from '../tool-error.ts'

/** What a form asks for: a diagnosis, or a trace where it has two ends. */
export interface Wanted {
  readonly target: string | null
  readonly ends: { readonly from: string; readonly to: string } | null
  /** null: the one of the kubeconfig. */
  readonly namespace: string | null
  readonly allNamespaces: boolean
  readonly level: Level
}

const word = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(2000))
const maybe = v.optional(v.pipe(v.string(), v.trim(), v.maxLength(253)), '')
const form = v.variant('ask', [
  v.strictObject({ ask: v.literal('dns'), namespace: maybe, how: maybe }),
  v.strictObject({ ask: v.literal('service'), namespace: maybe, how: maybe, target: word }),
  v.strictObject({ ask: v.literal('ingress'), namespace: maybe, how: maybe, target: word }),
  v.strictObject({ ask: v.literal('trace'), namespace: maybe, how: maybe, from: word, to: word }),
  v.strictObject({ ask: v.literal('everything'), namespace: maybe, how: maybe, all: v.optional(v.literal('yes')) }),
])
type Form = v.InferOutput<typeof form>

const empty: Readonly<Record<string, string>> = {
  target: 'say which one',
  from: 'say where it begins: pod/web-1',
  to: 'say where it ends: svc/db:5432',
}

/** A form as it was sent. Throws ToolError for what no form of ours sends, and for what was left out. */
export function wantedOf(sent: URLSearchParams, mayProbe: boolean): Wanted {
  const fields = Object.fromEntries(sent)
  const parsed = v.safeParse(form, fields)
  const twice = [...sent.keys()].length !== Object.keys(fields).length
  if (twice || !parsed.success) {
    const left = Object.keys(empty).find((it) => fields[it]?.trim() === '')
    throw new ToolError('usage', left === undefined ? 'this is no form of this page' : (empty[left] ?? ''))
  }
  const { ask, namespace, how } = parsed.output
  const level = levelOf(how)
  if (level !== 'read' && !mayProbe)
    throw new ToolError('usage', 'this page was started to read only', 'hopscope ui --allow-probe')
  return {
    ...meant(parsed.output),
    namespace: namespace === '' ? null : namespace,
    allNamespaces: ask === 'everything' && parsed.output.all === 'yes',
    level,
  }
}

function levelOf(how: string): Level {
  if (how === '' || how === 'read') return 'read'
  if (how === 'probe' || how === 'node') return how
  throw new ToolError('usage', 'this is no form of this page')
}

function meant(it: Form): Pick<Wanted, 'target' | 'ends'> {
  switch (it.ask) {
    case 'dns':
      return { target: 'dns', ends: null }
    case 'service':
      return { target: kindOf(it.target, 'svc'), ends: null }
    case 'ingress':
      return { target: kindOf(it.target, 'ingress'), ends: null }
    case 'trace':
      return { target: null, ends: { from: it.from, to: it.to } }
    case 'everything':
      return { target: null, ends: null }
  }
}

/** A name alone is one of the kind that the form is about; `deploy/cart` and URLs say what they are. */
function kindOf(target: string, kind: string): string {
  return target.includes('/') ? target : `${kind}/${target}`
}

/** The same, to be typed. */
export function commandOf({ target, ends, namespace, allNamespaces, level }: Wanted): string {
  const asked = ends === null ? ['diagnose', ...(target === null ? [] : [target])] : ['trace', ends.from, ends.to]
  const flags = [
    ...(allNamespaces ? ['-A'] : []),
    ...(allNamespaces || namespace === null ? [] : ['-n', namespace]),
    ...(level === 'read' ? [] : [`--${level === 'node' ? 'node-access' : 'probe'}`]),
  ]
  return ['hopscope', ...[...asked, ...flags].map(quoted)].join(' ')
}
