import { cannotTell, type Found, type Verdict } from '../../findings/verdict.ts'
import type { Evidence } from '../../findings/evidence.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import { type Subject, subjectKey } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { type InsidePod, lookedInto, type SeenIn, seenInOf } from '../../relations/dns/inside-pods.ts'

/**
 * What a spec implies is no sight of what stands in the pods: where nobody could look into one, "fine" is not said.
 * null where at least one was seen.
 */
export function unseenPods(insideViews: Known<readonly InsideView[]>) {
  if (!insideViews.known) {
    const isOpen = insideViews.why.reason === 'not-asked'
    return cannotTell(
      insideViews.why.reason,
      isOpen ? 'what stands in the pods was not read' : insideViews.why.detail,
      isOpen ? '--probe' : null,
    )
  }
  if (insideViews.value.some((it) => it.resolvConf.known)) return null
  const why = insideViews.value.flatMap((it) => (it.resolvConf.known ? [] : [it.resolvConf.why]))[0]
  return cannotTell(why?.reason ?? 'not-there', why?.detail ?? 'no pod was looked into')
}

/** Args of a finding that one container showed, until `judgeEach` has put together what is alike in several. */
export type SeenHere = SeenIn & {
  /** One of them, for commands. */
  readonly pod: string
  readonly container: string
}

export function seenHere(it: InsidePod): SeenHere {
  return { pod: it.view.pod, container: it.view.container, ...seenInOf([it], 1) }
}

/**
 * Each container for itself: a good one says nothing of its neighbour, nor a pod of its replica. What is alike in
 * several of one workload is told once, with where it was seen.
 */
export function judgeEach<V extends Verdict>(looked: readonly InsidePod[], judge: (it: InsidePod) => V): readonly V[] {
  const of = lookedInto(looked)
  const judged = looked.map((it) => ({ it, verdict: judge(it) }))
  const groups = Map.groupBy(judged, ({ verdict }, at) => alike(verdict) ?? at)
  return [...groups.values()].flatMap((its) => {
    const [first] = its
    if (first === undefined) return []
    const all = its.flatMap(({ verdict: one }: { readonly verdict: Verdict }) => (one.kind === 'finding' ? [one] : []))
    const [finding] = all
    if (finding === undefined) return [first.verdict]
    const where = seenInOf(
      its.map(({ it }) => it),
      of(first.it),
    )
    const found: Found = {
      ...finding.found,
      args: { ...finding.found.args, ...where },
      symptoms: [...new Set(all.flatMap((one) => one.found.symptoms ?? []))],
      causes: [...new Set(all.flatMap((one) => one.found.causes ?? []))],
    }
    return [{ ...first.verdict, found }]
  })
}

/** All but where; null of what is no finding. */
function alike(verdict: Verdict): string | null {
  if (verdict.kind !== 'finding') return null
  const { subject, severity, confidence, args } = verdict.found
  const { pod: _pod, container: _container, inPods: _inPods, inContainers: _in, lookedInto: _of, ...what } = args
  return JSON.stringify([subjectKey(subject), severity, confidence, what])
}

/** `pod web-1`, `container sidecar of pod web-1, 1 of 3 looked into`. */
export function seenIn({ inPods, inContainers, lookedInto: of }: SeenIn): string {
  const isEach = of > 1 && inPods.length === of
  const named = inPods.length === 1 ? `pod ${inPods[0]}` : `pods ${some(inPods)}`
  const pods = isEach ? `each of ${of} pods looked into` : named
  const where = inContainers.length === 0 ? pods : `${containersText(inContainers)} of ${pods}`
  return of > 1 && !isEach ? `${where}, ${inPods.length} of ${of} looked into` : where
}

/** Where it was seen in a part of what was looked into alone, with what goes before it; else nothing. */
export function seenInPart(args: SeenIn, before = ' · '): string {
  const isPart = args.inContainers.length > 0 || args.inPods.length < args.lookedInto
  return isPart ? `${before}${seenIn(args)}` : ''
}

/** Whom a headline is about: the workload, or the one pod or container of it in which it is so. */
export function inWhom(on: Subject, { inPods, inContainers, lookedInto: of }: SeenIn): string {
  const [pod] = inPods
  const [container] = inContainers
  const isOne = pod !== undefined && inPods.length === 1 && of > 1 && on.kind !== 'Pod'
  const workload = isOne ? `pod ${pod} of ${on.kind} ${full(on)}` : `${on.kind} ${full(on)}`
  return container !== undefined && inContainers.length === 1 ? `container ${container} of ${workload}` : workload
}

/** The same at the start of a sentence. */
export function whose(on: Subject, args: SeenIn): string {
  const text = inWhom(on, args)
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** The words of a command that come after `exec`: a pod with several containers needs to be told which. */
export function execInto({ pod, container, inContainers }: Omit<SeenHere, 'container'> & Into): string {
  return inContainers.length === 0 || container === null ? pod : `${pod} -c ${container}`
}

interface Into {
  /** null where no container was looked into. */
  readonly container: string | null
}

function containersText(names: readonly string[]): string {
  return `${names.length === 1 ? 'container' : 'containers'} ${some(names)}`
}

interface MarkedFile {
  readonly path: string
  readonly text: string
  readonly mark: string
  readonly label: string
}

/** Of a pod with several containers: each has a file of that name. */
export function pathIn({ pod, view }: Pick<InsidePod, 'pod' | 'view'>, path: string): string {
  return pod.containers.length > 1 ? `${path} in container ${view.container}` : path
}

/** A file as it stands in the container, with the caret under `mark`. */
export function fileEvidence(it: InsidePod, { path, text, mark, label }: MarkedFile): Evidence {
  const { view } = it
  const all = text
    .split('\n')
    .map((it) => it.trim())
    .filter((it) => it !== '' && !it.startsWith('#'))
  const found = Math.max(
    0,
    all.findIndex((it) => it.includes(mark)),
  )
  const from = Math.max(0, Math.min(found - 2, all.length - 6))
  const lines = all.slice(from, from + 6)
  const line = lines[found - from] ?? ''
  const object = { kind: 'Pod', namespace: view.namespace, name: view.pod }
  return {
    kind: 'config',
    object,
    path: pathIn(it, path),
    lines: lines.length === 0 ? ['(empty)'] : lines,
    at: lines.length === 0 ? 0 : found - from,
    mark: line.includes(mark) ? mark : line,
    label,
  }
}
