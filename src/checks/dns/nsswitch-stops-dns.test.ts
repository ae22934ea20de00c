import { expect, test } from 'vitest'
import { clusterDns, insideView, resolving } from '../../../test/build/dns.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
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
    it: 'the file is mounted from a ConfigMap',
    given: {
      ...base,
      pods: [pod('web-1', { nsswitchMount: { kind: 'ConfigMap', name: 'names' } })],
      ...seen('files', failed),
    },
    expect: [{ ...on, args: { kind: 'ConfigMap', from: 'names' }, says: /hosts: files \(ConfigMap names\)/ }],
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

  {
    it: 'the second container of a pod, whose first is well',
    given: {
      ...base,
      pods: [pod('web-1', { containers: ['app', 'sidecar'].map((name) => container({ name })) })],
      insideViews: [
        ...seen('files dns', open).insideViews,
        ...seen('files', { container: 'sidecar', ...open }).insideViews,
      ],
    },
    expect: [
      {
        subject: on.subject,
        args: { pod: 'web-1', container: 'sidecar', inContainers: ['sidecar'] },
        says: /^Container sidecar of Deployment shop\/web does not ask.*\ncontainer sidecar of pod web-1 · hosts: files/,
      },
    ],
  },
  {
    it: 'one of three replicas',
    given: {
      ...base,
      pods: ['web-1', 'web-2', 'web-3'].map((name) => pod(name)),
      insideViews: ['web-1', 'web-2', 'web-3'].flatMap(
        (name) => seen(name === 'web-2' ? 'files' : 'files dns', { pod: name, ...open }).insideViews,
      ),
    },
    expect: [
      {
        subject: on.subject,
        says: /^Pod web-2 of Deployment shop\/web does not ask DNS.*\npod web-2, 1 of 3 looked into/,
      },
    ],
  },
  {
    it: 'all three of them, told once',
    given: {
      ...base,
      pods: ['web-1', 'web-2', 'web-3'].map((name) => pod(name)),
      insideViews: ['web-1', 'web-2', 'web-3'].flatMap((name) => seen('files', { pod: name, ...open }).insideViews),
    },
    expect: [
      {
        subject: on.subject,
        says: /^Deployment shop\/web does not ask DNS.*\neach of 3 pods looked into · hosts/,
      },
    ],
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

test.each([
  [undefined, ['put `hosts: files dns` into /etc/nsswitch.conf of the image']],
  [
    { kind: 'ConfigMap', name: 'names' },
    [
      "put `hosts: files dns` into the nsswitch.conf of ConfigMap names, which is mounted over the image's",
      'kubectl -n shop edit configmap names',
    ],
  ],
  [
    { kind: 'Secret', name: 'names' },
    ["put `hosts: files dns` into the nsswitch.conf of Secret names, which is mounted over the image's"],
  ],
] as const)('the help is for where the file comes from: %j', (nsswitchMount, expected) => {
  const pods = [pod('web-1', nsswitchMount === undefined ? {} : { nsswitchMount })]
  const { results } = diagnose(modelOf({ ...base, pods, ...seen('files', failed) }), { checks: [check] })
  const [help = []] = results.flatMap((it) => it.findings.map((one) => check.words.help(one)))
  expect(help.slice(0, -2)).toEqual(expected)
})
