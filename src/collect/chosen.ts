import type { RawObject } from '../kube/cluster.ts'
import type { Selector } from '../model/network-policy.ts'
import { subject } from '../model/subject.ts'
import { labelExpression } from '../relations/dns/label-expression.ts'
import { selects } from '../relations/selector.ts'
import { ToolError } from '../tool-error.ts'
import { asDnsName } from '../wire/dns-name.ts'
import { labelledKinds } from './recorded-names.ts'
import { type Kind, kindNamed, type Names, requireNamespace, type ResolvedTarget } from './target.ts'

/** Each is judged by every check: of more of them nobody reads the answers. */
const mostChosen = 50

const example = 'as kubectl takes it: app=web,tier!=test; `in`, `notin`, KEY and !KEY as well'

/**
 * The objects that `-l SELECTOR` means, of `kinds` (`svc`, `svc,deploy`), in the order of kinds and names: their own
 * labels, as `kubectl get KIND -l` chooses them. Without a kind Services, which are what others call. Rejects with a
 * ToolError: `usage` for what is no selector or no kind, `not-found` where nothing bears the labels.
 */
export async function chosenTargets(
  { kinds, selector }: { readonly kinds: readonly string[]; readonly selector: string },
  names: Names,
  namespace: string | null,
): Promise<readonly ResolvedTarget[]> {
  const wanted = selectorOf(selector)
  const all = kindsOf(kinds, names)
  if (namespace !== null) await requireNamespace(names, namespace)
  const found: ResolvedTarget[] = []
  for (const kind of all) found.push(...(await ofKind(kind, wanted, names, namespace)))
  const words = all.map((it) => it.words.at(-1)).join(', ')
  const place = namespace === null ? 'in any namespace' : `in namespace ${namespace}`
  if (found.length === 0)
    throw new ToolError(
      'not-found',
      `no ${words} ${place} with the labels \`${selector}\``,
      `kubectl get ${all.map((it) => it.resource.plural).join(',')} --show-labels lists them; another kind: ` +
        `hopscope diagnose deploy -l ...`,
    )
  if (found.length > mostChosen)
    throw new ToolError(
      'usage',
      `\`${selector}\` chooses ${found.length} ${words}, and ${mostChosen} are answered for at once`,
      'choose fewer, or leave out -l: everything in the namespace is one answer',
    )
  return found
}

/** A selector as kubectl takes it; empty is none, for it would choose everything. */
export function selectorOf(text: string): Selector {
  const read = labelExpression(text)
  if (read === null || read.matchExpressions.length === 0)
    throw new ToolError('usage', `\`${text.slice(0, 100)}\` is no label selector`, example)
  return read
}

function kindsOf(words: readonly string[], { isFile }: Names): readonly Kind[] {
  const typed = words.flatMap((it) => it.split(','))
  const all = (typed.length === 0 ? ['svc'] : typed).map((word) => {
    const kind = kindNamed(word)
    if (kind !== null) return kind
    const hint = word.includes('/')
      ? 'a name and -l are two ways of saying which: one of them'
      : 'svc, deploy, pods ...'
    throw new ToolError('usage', `\`${word}\` is no kind to choose by -l`, hint)
  })
  const blind = isFile === true ? all.find((it) => !labelledKinds.includes(it.kind)) : undefined
  if (blind !== undefined)
    throw new ToolError(
      'usage',
      `a file does not have all labels of ${blind.resource.plural}`,
      'name them, or choose services or pods by their labels',
    )
  return [...new Set(all)]
}

async function ofKind(
  { kind, resource }: Kind,
  wanted: Selector,
  names: Names,
  namespace: string | null,
): Promise<readonly ResolvedTarget[]> {
  const listed = await names.list(resource, namespace === null ? {} : { namespace }, (raw) =>
    selects(wanted, raw.metadata.labels ?? {}) ? named(raw) : null,
  )
  if (!listed.known) {
    const { reason, detail } = listed.why
    if (reason === 'forbidden')
      throw new ToolError(
        'forbidden',
        `no permission to choose ${resource.plural}`,
        `this needs the right to ${detail}`,
      )
    throw new ToolError('unreachable', `could not read ${resource.plural}: ${detail}`, 'try again, or name them')
  }
  return listed.value
    .toSorted((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1))
    .map((it) => ({
      target: { kind: 'object', object: subject(kind, it.namespace, it.name), url: null },
      namespace: it.namespace,
    }))
}

/** What is no name is of no object: nothing else of a list is printed as something to type. */
function named({ metadata }: RawObject): { readonly namespace: string; readonly name: string } | null {
  const { namespace = '', name } = metadata
  return asDnsName(name) === null || asDnsName(namespace) === null ? null : { namespace, name }
}
