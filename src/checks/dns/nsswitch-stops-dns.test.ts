import { clusterDns, insideView, resolving } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { InsideView } from '../../model/inside.ts'
import { known, unknown } from '../../model/known.ts'
import type { Answer } from '../../model/lookups.ts'
import check from './nsswitch-stops-dns.ts'

const base = { pods: [pod('web-1')], clusterDns: clusterDns() }
const name = 'kubernetes.default.svc.cluster.local.'
const lookup = (tool: string, result: Answer): InsideView['lookup'] => known({ tool, name, result, ms: 1 })
const seen = (line: string | null, about: Partial<InsideView> = {}) => ({
  insideViews: [
    insideView('web-1', {
      libc: 'glibc',
      resolving: resolving({ nsswitch: line === null ? unknown('not-there', 'no file') : known(line) }),
      ...about,
    }),
  ],
})
const failed = { lookup: lookup('getent', 'nxdomain') }
const open = { lookup: unknown('not-there', 'no getent') }
const on = { subject: 'Deployment/shop/web', severity: 'error' } as const

describeCheck(check, [
  {
    it: 'no dns in the line, and getent fails',
    given: { ...base, ...seen('files', failed) },
    expect: [{ ...on, confidence: 'observed', args: { how: 'missing', line: 'files' } }],
  },
  {
    it: 'no dns in the line, and nslookup works: it does not read the file',
    given: { ...base, ...seen('files myhostname', { lookup: lookup('nslookup', 'ok') }) },
    expect: [{ ...on, confidence: 'inferred' }],
  },
  {
    it: 'files ends the search',
    given: { ...base, ...seen('files [NOTFOUND=return] dns', failed) },
    expect: [{ ...on, args: { how: 'stopped', stop: 'files' } }],
  },
  {
    it: 'the same in other words',
    given: { ...base, ...seen('files [!UNAVAIL=return] dns', open) },
    expect: [{ ...on, confidence: 'inferred' }],
  },
  {
    it: 'mdns takes .local, and the lookup fails',
    given: { ...base, ...seen('files mdns4_minimal [NOTFOUND=return] dns', failed) },
    expect: [{ ...on, args: { how: 'mdns' } }],
  },
  {
    it: 'mdns takes .local, and nobody looked one up',
    given: { ...base, ...seen('files mdns4_minimal [NOTFOUND=return] dns', open) },
    expect: [{ subject: on.subject, severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'hostAliases, and DNS comes first',
    given: {
      ...base,
      pods: [pod('web-1', { hostAliases: [{ ip: '10.0.0.9', names: ['erp'] }] })],
      ...seen('dns [!UNAVAIL=return] files'),
    },
    expect: [{ subject: on.subject, severity: 'warning', args: { how: 'files-unread' } }],
  },

  { it: 'files, then dns', given: { ...base, ...seen('files dns') }, expect: 'ok' },
  {
    it: 'systemd-resolved first, which steps aside',
    given: { ...base, ...seen('files resolve [!UNAVAIL=return] dns') },
    expect: 'ok',
  },
  {
    it: 'mdns, and the name is found',
    given: { ...base, ...seen('files mdns4_minimal [NOTFOUND=return] dns', { lookup: lookup('getent', 'ok') }) },
    expect: 'ok',
  },
  {
    it: 'mdns, and the cluster domain is another',
    given: {
      ...base,
      clusterDns: clusterDns({
        domain: 'corp.example',
        corefile: known('.:53 {\n    kubernetes corp.example\n}\n'),
      }),
      ...seen('files mdns4 [NOTFOUND=return] dns', open),
    },
    expect: 'ok',
  },
  {
    it: 'no dns in the line, and getent finds the name',
    given: { ...base, ...seen('files winbind', { lookup: lookup('getent', 'ok') }) },
    expect: 'ok',
    says: /all the same/,
  },
  { it: 'no file', given: { ...base, ...seen(null) }, expect: 'ok' },
  { it: 'musl does not read it', given: { ...base, ...seen('files', { libc: 'musl' }) }, expect: 'not-applicable' },
  {
    it: 'a recording that did not look',
    given: { ...base, insideViews: [insideView('web-1')] },
    expect: 'not-applicable',
  },
  {
    it: 'no shell',
    given: {
      ...base,
      insideViews: [insideView('web-1', { resolvConf: unknown('not-there', 'the container has no shell') })],
    },
    expect: 'cannot-tell',
    says: /no shell/,
  },
  {
    it: 'nobody looked',
    given: modelOf(base, { insideViews: unknown('not-asked', 'needs --probe') }),
    expect: 'cannot-tell',
  },
])
