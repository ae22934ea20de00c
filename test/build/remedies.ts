import { clusterDns } from './dns.ts'
import { node } from './node.ts'
import type { Finding } from '../../src/findings/finding.ts'
import { model } from '../../src/model/build.ts'
import type { ClusterDns } from '../../src/model/cluster-dns.ts'
import { type Known, known, unknown } from '../../src/model/known.ts'
import { type Subject, subjectKey } from '../../src/model/subject.ts'
import { notOf } from '../../src/plan/allowed.ts'
import { planOf } from '../../src/plan/plan.ts'
import { type Manifest, nameOf, namespaceOf, text } from '../../src/manifest/object.ts'
import type { Ask, Change, NotOffered, Proposal, Remedy } from '../../src/remedies/remedy.ts'

export function found(code: string, subject: Subject, args: Finding['args'] = {}): Finding {
  return {
    code,
    slug: code,
    severity: 'error',
    confidence: 'observed',
    subject,
    args,
    evidence: [],
    symptoms: [],
    causes: [],
    remedies: [],
  }
}

export const plainCorefile =
  '.:53 {\n  errors\n  health\n  ready\n  kubernetes cluster.local in-addr.arpa ip6.arpa\n  forward . /etc/resolv.conf\n  cache 30\n}\n'

export function asked(finding: Finding, about: Partial<Ask> & { readonly dns?: Partial<ClusterDns> } = {}): Ask {
  const { dns, ...rest } = about
  const nodes = ['worker-1', 'worker-2', 'worker-3'].map((name) => node(name))
  return {
    findings: [finding],
    model: model({ nodes: known(nodes), clusterDns: known(clusterDns({ corefile: known(plainCorefile), ...dns })) }),
    named: [],
    chosen: null,
    values: [],
    image: null,
    libc: () => 'unknown',
    ...rest,
  }
}

/** What the remedy makes of a cluster with these objects. It sees what it declared that it reads, and nothing else. */
export function propose(
  remedy: Remedy,
  ask: Ask,
  cluster: readonly Manifest[],
  refuse: (kind: string) => boolean = () => false,
): Proposal | NotOffered {
  const reads = remedy.reads(ask)
  const undeclared = unknown('not-asked', 'not declared')
  const seen = <T>(kind: string, declared: boolean, value: T): Known<T> => {
    if (!declared) return undeclared
    return refuse(kind) ? unknown('forbidden', `list ${kind}`) : known(value)
  }
  const made = remedy.propose(ask, {
    one: (it) =>
      seen(
        it.kind,
        reads.some((read) => 'one' in read && subjectKey(read.one) === subjectKey(it)),
        cluster.find(
          (one) => text(one['kind']) === it.kind && nameOf(one) === it.name && namespaceOf(one) === it.namespace,
        ) ?? null,
      ),
    all: (kind, namespace) =>
      seen(
        kind,
        reads.some((read) => 'all' in read && read.all === kind && read.namespace === namespace),
        cluster.filter((one) => one['kind'] === kind && (namespace === null || namespaceOf(one) === namespace)),
      ),
  })
  // What a plan file may hold is held against this list at apply: whatever a remedy makes in a test must stand in it.
  const about = {
    code: 'X',
    subject: { kind: 'X', namespace: null, name: 'x' },
    remedy: remedy.id,
    cluster: { context: '', server: '', uid: '' },
    now: new Date(0),
    measured: null,
    neighbours: [],
  }
  const wrong = made.kind === 'proposal' ? notOf(planOf(made, about)) : null
  if (wrong !== null) throw new Error(`src/plan/allowed.ts does not know what ${remedy.id} does: ${wrong}`)
  return made
}

export function object(
  kind: string,
  namespace: string | null,
  name: string,
  fields: Manifest = {},
  metadata: Manifest = {},
): Manifest {
  return {
    kind,
    metadata: { name, ...(namespace === null ? {} : { namespace }), uid: `uid-${name}`, ...metadata },
    ...fields,
  }
}

export function changesOf(result: Proposal | NotOffered): readonly Change[] {
  if (result.kind === 'not-offered') throw new Error(`not offered: ${result.why}`)
  return result.changes
}

/** Why it is not offered; null when it is. */
export function whyNot(result: Proposal | NotOffered): string | null {
  return result.kind === 'not-offered' ? result.why : null
}
