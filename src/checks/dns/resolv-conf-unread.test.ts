import { insideView } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { InsideView } from '../../model/inside.ts'
import { known, unknown } from '../../model/known.ts'
import type { Answer } from '../../model/lookups.ts'
import check from './resolv-conf-unread.ts'

const inside = (file: string, result: Answer, about: Partial<InsideView> = {}) => ({
  pods: [pod('web-1')],
  insideViews: [
    insideView('web-1', {
      resolvConf: known(file),
      libc: 'glibc',
      lookup: known({ tool: 'getent', name: 'kubernetes.default.svc.cluster.local.', result, ms: 10 }),
      ...about,
    }),
  ],
})
const good = 'search shop.svc.cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n'
const windows = good.replaceAll('\n', '\r\n')
const subject = 'Deployment/shop/web'

const notForUser = (uid: number | null, result: Answer, about: Partial<InsideView> = {}) =>
  inside('', result, {
    resolvConf: unknown('failed', '/etc/resolv.conf is there, and user 1000 of the container may not read it'),
    resolvConfUnread: { uid },
    ...about,
  })

describeCheck(check, [
  {
    it: 'its user may not read the file, and lookups fail',
    given: notForUser(1000, 'timeout'),
    expect: [
      {
        subject,
        severity: 'error',
        confidence: 'observed',
        args: { why: 'not-for-user', uid: 1000, failed: 1, of: 1 },
        says: /not readable by user 1000/,
      },
    ],
  },
  {
    it: 'the same of a file that is mounted; which user it is was not told',
    given: {
      ...notForUser(null, 'nxdomain'),
      pods: [pod('web-1', { resolvConfMount: { kind: 'ConfigMap', name: 'own-dns' } })],
    },
    expect: [{ subject, args: { uid: null, mount: 'ConfigMap own-dns' }, says: /the user of its container/ }],
  },
  {
    it: 'its user may not read the file, and names are found all the same: somebody listens at 127.0.0.1',
    given: notForUser(1000, 'ok'),
    expect: [{ subject, severity: 'warning', confidence: 'inferred' }],
  },
  {
    it: 'its user may not read the file, and no lookup was made',
    given: notForUser(1000, 'ok', { lookup: unknown('not-there', 'no getent') }),
    expect: [{ subject, severity: 'warning', args: { failed: 0, of: 0 } }],
  },
  {
    it: 'Windows line ends, and glibc',
    given: inside(windows, 'nxdomain'),
    expect: [
      {
        subject,
        severity: 'error',
        confidence: 'observed',
        args: { why: 'line-end', servers: 0, written: 1, failed: 1 },
        says: /no nameserver left/,
      },
    ],
  },
  {
    it: 'Windows line ends, and an image that shows no library',
    given: inside(windows, 'ok', { libc: null }),
    expect: [{ subject, severity: 'warning', confidence: 'inferred', says: /Where it is glibc/ }],
  },
  { it: 'Windows line ends, and musl', given: inside(windows, 'ok', { libc: 'musl' }), expect: 'ok' },
  {
    it: 'indented, as YAML is',
    given: inside(`  nameserver 10.96.0.10\n${good}`, 'ok'),
    expect: [{ subject, severity: 'warning', args: { why: 'indented', servers: 1, written: 2 } }],
  },
  {
    it: 'a name where an address belongs',
    given: inside('nameserver kube-dns.kube-system\n', 'timeout'),
    expect: [{ subject, severity: 'error', args: { why: 'no-address', servers: 0 } }],
  },
  {
    it: 'a word that is none',
    given: inside(`nameservers 10.96.0.10\n${good}`, 'ok'),
    expect: [{ subject, severity: 'warning', args: { why: 'unknown-word' } }],
  },
  { it: 'as it should be', given: inside(good, 'ok'), expect: 'ok' },
  {
    it: 'comments, a tab, a zone, an unknown option',
    given: inside(`# x\n;y\nnameserver\tfe80::1%eth0\nsortlist 1.2.3.4\n${good}`, 'ok'),
    expect: 'ok',
  },
  {
    it: 'nobody looked',
    given: modelOf({ pods: [pod('web-1')] }, { insideViews: unknown('not-asked', '') }),
    expect: 'cannot-tell',
  },
])
