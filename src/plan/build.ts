import type { Cluster, RawObject } from '../kube/cluster.ts'
import { type Known, known, unknown } from '../model/known.ts'
import { subjectKey } from '../model/subject.ts'
import { at, type Manifest, text } from '../manifest/object.ts'
import type { Ask, NotOffered, Objects, Read, Remedy, Verification } from '../remedies/remedy.ts'
import { apiVersionOf, resourceOf } from './kinds.ts'
import { fetchLive } from './look.ts'
import { type Measure, measure } from './measure.ts'
import { type Plan, planOf } from './plan.ts'
import { clusterUid } from './run.ts'
import { verifyLevel } from './verify-level.ts'

/** How things stood before, for a plan that is going to be verified in this way; null where nothing was measured. */
export type Measuring = (wanted: Verification) => Promise<Measure | null>

/** Reads what a remedy declares, fresh from the cluster, and works its plan out. Writes nothing. */
export async function buildPlan(
  cluster: Cluster,
  remedy: Remedy,
  ask: Ask,
  {
    now,
    measuring = () => Promise.resolve(measure(ask.model)),
  }: { readonly now: Date; readonly measuring?: Measuring },
): Promise<Plan | NotOffered> {
  const [finding] = ask.findings
  if (finding === undefined) return { kind: 'not-offered', why: 'there is no finding to fix', instead: null }
  const uid = await clusterUid(cluster)
  if (!uid.known)
    return { kind: 'not-offered', why: `which cluster this is could not be told (${uid.why.detail})`, instead: null }
  const { objects, read } = await readAll(cluster, remedy.reads(ask))
  const proposed = remedy.propose(ask, objects)
  if (proposed.kind === 'not-offered') return proposed
  const proposal = { ...proposed, verify: { ...proposed.verify, level: verifyLevel(proposed.verify, ask.model) } }
  const touched = proposal.changes.map((it) => it.object.namespace)
  return planOf(proposal, {
    code: finding.code,
    subject: finding.subject,
    remedy: remedy.id,
    cluster: { context: cluster.context, server: cluster.server, uid: uid.value },
    now,
    measured: await measuring(proposal.verify),
    // Who keeps the objects that a remedy looks at one by one will keep the new ones beside them, too.
    neighbours: read.filter((it) => touched.includes(text(at(it, 'metadata', 'namespace')))),
  })
}

async function readAll(
  cluster: Cluster,
  reads: readonly Read[],
): Promise<{ readonly objects: Objects; readonly read: readonly Manifest[] }> {
  const ones = new Map<string, Known<Manifest | null>>()
  const alls = new Map<string, Known<readonly Manifest[]>>()
  await Promise.all(
    reads.map(async (it) => {
      if ('one' in it)
        ones.set(subjectKey(it.one), await fetchLive(cluster, { resource: resourceOf(it.one.kind), object: it.one }))
      else alls.set(`${it.all} ${it.namespace ?? ''}`, await list(cluster, it.all, it.namespace))
    }),
  )
  const undeclared = unknown('not-asked', 'the remedy did not declare that it reads this')
  return {
    objects: {
      one: (it) => ones.get(subjectKey(it)) ?? undeclared,
      all: (kind, namespace) => alls.get(`${kind} ${namespace ?? ''}`) ?? undeclared,
    },
    read: [...ones.values()].flatMap((it) => (it.known && it.value !== null ? [it.value] : [])),
  }
}

/** Items of a list come without their kind; they get it here, so that they can be told apart later. */
async function list(cluster: Cluster, kind: string, namespace: string | null): Promise<Known<readonly Manifest[]>> {
  const resource = resourceOf(kind)
  const found = await cluster.list(
    resource,
    namespace === null ? {} : { namespace },
    (raw: RawObject) => raw as unknown as Manifest,
  )
  return found.known ? known(found.value.map((it) => ({ apiVersion: apiVersionOf(resource), kind, ...it }))) : found
}
