import { expect, test } from 'vitest'
import { checks } from '../../checks/registry.ts'
import { diagnose } from '../../engine.ts'
import { type Known, known, unknown } from '../../model/known.ts'
import type { LookupSeries } from '../../model/lookups.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Model } from '../../model/sources.ts'
import { cluster } from '../../../test/build/dns-faults.ts'
import { clusterDns, insideView } from '../../../test/build/dns.ts'
import { nameAnswer, nameAnswers } from '../../../test/build/name-answers.ts'
import { pod } from '../../../test/build/pod.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { withoutGuessedNames } from './guessed-domain.ts'

const unread = { ...clusterDns(), corefile: unknown('forbidden', 'get configmaps') }
const service = { namespace: 'default', name: 'kubernetes' }

const healthy = cluster()

function denied(it: LookupSeries): LookupSeries {
  if (it.zone === 'external') return it
  return { ...it, lookups: it.lookups.map((one) => ({ ...one, a: 'nxdomain', aaaa: 'nxdomain' })) }
}

/** Each name below `cluster.local` is denied, and pods have this domain in their search list. */
function asked(domain: string, dns: Known<ClusterDns>): Model {
  const suffixes = [`default.svc.${domain}`, `svc.${domain}`, domain]
  const name = 'kubernetes.default.svc.cluster.local.'
  const read = modelOf({
    ...healthy,
    dnsProbe: { ...healthy.dnsProbe, series: healthy.dnsProbe.series.map(denied) },
    pods: [pod('web')],
    nameAnswers: nameAnswers([nameAnswer({ kind: 'service', service }, name)], {
      searches: [{ node: 'worker-1', suffixes, ndots: 5 }],
    }),
    insideViews: [
      insideView('web', {
        resolvConf: known(
          `search shop.svc.${domain} svc.${domain} ${domain}\nnameserver 10.96.0.10\noptions ndots:5\n`,
        ),
        lookup: known({ tool: 'getent', name, result: 'nxdomain', ms: 1 }),
      }),
    ],
  })
  return { ...read, sources: { ...read.sources, clusterDns: dns } }
}

test.each([
  ['the Corefile may not be read', known(unread)],
  ['no DNS was found', unknown('forbidden', 'list services')],
])('names below a domain that was only guessed accuse nobody, and are not well: %s', (_it, dns) => {
  const { roots, results } = diagnose(asked('corp.internal', dns), { checks })
  expect(roots.map(({ finding }) => finding.code)).toEqual([])
  expect(results.filter((it) => it.check.code === 'DNS110').map((it) => it.verdict)).not.toContain('ok')
})

test('below the domain that pods have, that DNS denies them is told', () => {
  const { roots } = diagnose(asked('cluster.local', known(unread)), { checks })
  expect(roots.length).toBeGreaterThan(0)
})

test('a Corefile that was read says the domain, whatever a search list says', () => {
  const read = asked(
    'corp.internal',
    known({ ...clusterDns(), corefile: known('.:53 {\n  kubernetes cluster.local\n}\n') }),
  )
  expect(withoutGuessedNames(read)).toBe(read)
})
