import * as F from '../../../test/build/dns-faults.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import check from './template-denies-aaaa.ts'

const block = (lines: string, more = '') => ({
  clusterDns: clusterDns({
    corefile: known(`.:53 {\n${lines}\n kubernetes cluster.local\n forward . 192.0.2.53\n}\n${more}`),
  }),
  services: [service('cart')],
})
const template = (head: string, rcode = 'NXDOMAIN', more = '') => ` template ${head} {\n${more}  rcode ${rcode}\n }`
const at = { subject: 'ConfigMap/kube-system/coredns', severity: 'warning', confidence: 'inferred' } as const

describeCheck(check, [
  {
    it: 'for all names',
    given: block(template('ANY AAAA')),
    expect: [{ ...at, args: { line: 2, reach: 'everything', sample: 'cart.shop.svc.cluster.local' } }],
  },
  { it: 'in small letters, of class IN', given: block(template('IN aaaa', 'nxdomain')), expect: [at] },
  { it: 'the right answer', given: block(template('ANY AAAA', 'NOERROR')), expect: 'ok' },
  { it: 'no rcode is NOERROR', given: block(' template ANY AAAA {\n }'), expect: 'ok' },
  {
    it: 'for names of the cluster alone',
    given: block(template('IN AAAA cluster.local')),
    expect: [{ ...at, args: { reach: 'cluster' } }],
  },
  {
    it: 'for one zone outside',
    given: block(template('IN AAAA corp.example')),
    expect: [{ ...at, args: { reach: 'outside', zones: ['corp.example'] }, says: 'names in corp.example' }],
  },
  { it: 'every type of a zone is denied: it is blocked', given: block(template('ANY ANY ads.example')), expect: 'ok' },
  {
    it: 'A is denied as well, by a template of its own',
    given: block(`${template('IN A ads.example')}\n${template('IN AAAA ads.example')}`),
    expect: 'ok',
  },
  {
    it: 'a match that fits names of Services',
    given: block(template('ANY AAAA', 'NXDOMAIN', '  match "\\.svc\\.cluster\\.local\\.$"\n  fallthrough\n')),
    expect: [{ ...at, args: { reach: 'cluster' } }],
  },
  {
    it: 'a match that fits none of the names that are known',
    given: block(template('ANY AAAA', 'NXDOMAIN', '  match "^ads\\."\n  fallthrough\n')),
    expect: 'ok',
  },
  {
    it: 'another template answers before',
    given: block(`${template('IN AAAA', 'NOERROR')}\n${template('IN AAAA')}`),
    expect: 'ok',
  },
  { it: 'another type', given: block(template('IN HTTPS')), expect: 'ok' },
  {
    it: 'in a block that has another zone than its own',
    given: block('', `corp.example:53 {\n${template('IN AAAA')}\n forward . 192.0.2.54\n}\n`),
    expect: [{ ...at, args: { reach: 'outside', zones: ['corp.example'] } }],
  },
  {
    it: 'in a block at a port that no pod asks',
    given: block('', `.:5353 {\n${template('IN AAAA')}\n forward . 192.0.2.54\n}\n`),
    expect: 'not-applicable',
  },
  {
    it: 'names were asked for, and answered',
    given: { ...F.cluster(), ...block(template('ANY AAAA')) },
    expect: 'not-applicable',
  },
  {
    it: 'names were asked for, and the zone is another',
    given: { ...F.cluster(), ...block(template('ANY AAAA corp.example')) },
    expect: [at],
  },
  { it: 'no template', given: block(''), expect: 'not-applicable' },
  {
    it: 'the Corefile was not read',
    given: { clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps') }) },
    expect: 'cannot-tell',
  },
])
