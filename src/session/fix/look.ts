import { checks } from '../../checks/registry.ts'
import { diagnose, type Diagnosis } from '../../engine.ts'
import type { Cluster } from '../../kube/cluster.ts'
import { readUntil } from '../../kube/read-until.ts'
import { type Subject, subject, subjectKey } from '../../model/subject.ts'
import type { Finding } from '../../findings/finding.ts'
import type { Model } from '../../model/sources.ts'
import { libcOf } from '../../plan/libc.ts'
import type { Counts } from '../../probe/plan/plan-dns.ts'
import type { Ask, Libc } from '../../remedies/remedy.ts'
import { ToolError } from '../../tool-error.ts'
import type { ClusterAsk, ProbeAsk } from '../asks.ts'
import type { Caller } from '../events.ts'
import { gather } from '../gather.ts'
import { open } from '../open.ts'
import { findCheck, unknownCode } from '../select.ts'
import { type Ended, type Frame, onCluster, timedOut } from '../with-cluster.ts'

export interface FixAsk extends ClusterAsk, ProbeAsk {
  /** Which remedy, where there are several. */
  readonly remedy?: string
  /** Kind/namespace/name: which finding, or which workload to change. */
  readonly subject?: readonly string[]
  /** What only the user can know, where a remedy asks for it. */
  readonly value?: readonly string[]
  /** Image of what the remedy installs. */
  readonly remedyImage?: string
}

/** What a plan is made of. */
export interface Look {
  /** Its reads end with the caller's signal; the deadline was for the look alone. */
  readonly cluster: Cluster
  readonly diagnosis: Diagnosis
  readonly signal: AbortSignal
  readonly tell: Frame['tell']
}

/** Gathers, diagnoses and hands over. `code`: the one check that matters, or null for all. */
export function withLook<T>(
  code: string | null,
  ask: FixAsk & { readonly counts?: Partial<Counts> },
  caller: Caller,
  work: (look: Look) => Promise<T>,
): Promise<Ended<T>> {
  const deadline = AbortSignal.timeout(ask.timeout)
  const until = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, deadline])
  const frame = { ...caller, timeoutMs: null }
  return onCluster(
    (signal) => open(ask, until(signal)),
    frame,
    async ({ cluster, signal, tell }) => {
      // DNS104 looks at workloads, the other DNS checks at the cluster's DNS alone.
      const target = code !== null && /^DNS(?!104)/.test(code) ? 'dns' : null
      const { model, isLate } = await gather({ cluster, tell, signal: until(signal) }, target, within(ask))
      if (isLate) throw timedOut(ask.timeout, undefined, ', and a plan is made of a whole look')
      return work({ cluster: readUntil(cluster, signal), diagnosis: diagnose(model, { checks }), signal, tell })
    },
  )
}

/** A subject that is named says its namespace. */
function within<A extends FixAsk>(ask: A): A {
  const named = subjectsOf(ask).find((it) => it.namespace !== null && it.namespace !== 'kube-system')?.namespace
  return ask.namespace === undefined && named !== undefined && named !== null ? { ...ask, namespace: named } : ask
}

/** Every finding, those that others explain as well. */
export function findingsOf({ roots }: Diagnosis, code: string | null): readonly Finding[] {
  return roots.flatMap((it) => [it.finding, ...it.consequences]).filter((it) => code === null || it.code === code)
}

export function subjectsOf({ subject: texts }: FixAsk): readonly Subject[] {
  return (texts ?? []).map(parseSubject)
}

export function parseSubject(text: string): Subject {
  const [kind = '', ...rest] = text.split('/')
  const [namespace, name] = rest.length === 2 ? [rest[0] ?? null, rest[1]] : [null, rest[0]]
  if (!/^[A-Z][A-Za-z]+$/.test(kind) || name === undefined || name === '' || rest.length > 2)
    throw new ToolError(
      'usage',
      `\`${text}\` is no object`,
      'Kind/namespace/name, as findings name it: Deployment/shop/web',
    )
  return subject(kind, namespace, name)
}

export function checkNamed(name: string): { readonly code: string } {
  const check = findCheck(name)
  if (check === null) throw unknownCode(name)
  return check
}

/** What a remedy is asked, with the C library of each workload that it may change. */
export async function askOf(
  cluster: Cluster,
  model: Model,
  about: { readonly findings: readonly Finding[]; readonly named: readonly Subject[] },
  ask: FixAsk,
): Promise<Ask> {
  const pods = model.sources.pods.known ? model.sources.pods.value : []
  const libcs = new Map<string, Libc>()
  for (const it of [...about.named, ...about.findings.map((one) => one.subject)])
    libcs.set(subjectKey(it), await libcOf(cluster, pods, it, model.scope.level !== 'read'))
  return {
    ...about,
    model,
    chosen: ask.remedy ?? null,
    values: ask.value ?? [],
    image: ask.remedyImage ?? null,
    libc: (it) => libcs.get(subjectKey(it)) ?? 'unknown',
  }
}

/** No finding. `unsure`: so many checks could not tell, so that this is no health. */
export interface NoFinding {
  readonly kind: 'no-finding'
  readonly code: string | null
  readonly unsure: number
  readonly note: string | null
}

/** Whether no finding is health is for the check to say: throws where the one that was asked about could not tell. */
export function noFinding(code: string | null, { results }: Diagnosis): NoFinding {
  const unsure = results.filter(
    (it) => (code === null || it.check.code === code) && (it.cannotTell.length > 0 || it.verdict === 'crashed'),
  )
  const [first] = unsure
  if (code === null || first === undefined) {
    const note = code === null ? null : (results.find((it) => it.check.code === code)?.note ?? null)
    return { kind: 'no-finding', code, unsure: unsure.length, note }
  }
  const [verdict] = first.cannotTell
  throw new ToolError(
    'probe-failed',
    `${code} could not tell: ${verdict?.why ?? first.crash?.split('\n')[0] ?? ''}`,
    verdict?.settle === null || verdict === undefined ? null : `add ${verdict.settle}`,
  )
}
