import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { container, deployment, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import {
  calling,
  ledger,
  of80,
  headless,
  listening,
  namespaces,
  given,
  withBack,
  found,
  plain,
  within,
  asking,
} from '../../../test/build/told-calls.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { known, unknown } from '../../model/known.ts'
import type { Call, Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import check from './called-otherwise.ts'
import governing from './governing-service.ts'

const inPay = (it: Service): Service => ({ ...it, namespace: 'pay' })
const inDb = (it: Service): Service => ({ ...it, namespace: 'db', selector: { app: 'mongo' } })
const mongo = (
  host: string,
  { subdomain = 'mongodb-headless', ...about }: { subdomain?: string } & Partial<Pod> = {},
) => ({
  ...given(calling(host), [inDb(service('mongodb')), inDb(service('mongodb-headless', { clusterIP: 'None' }))]),
  pods: [
    calling(host),
    pod('mongo-0', {
      namespace: 'db',
      hostname: 'mongo-0',
      owner: { kind: 'StatefulSet', name: 'mongo' },
      ...('owner' in about ? {} : { subdomain }),
      ...about,
    }),
  ],
  namespaces: [...namespaces, { name: 'db', labels: {} }],
  clusterDns: clusterDns({ corefile: known('.:53 {\n kubernetes cluster.local\n}') }),
})
const told = (...calls: readonly Call[]): Pod => pod('web-1', { containers: [container({ calls })] })
const mounted = (host: string, port: number): Call => ({
  by: 'proxy_pass',
  host,
  port,
  scheme: 'http',
  map: 'conf',
  key: 'nginx.conf',
  line: 7,
})
const postgres = pod('postgres-0', {
  hostname: 'postgres-0',
  owner: { kind: 'StatefulSet', name: 'postgres' },
  subdomain: 'postgres',
})
const byPod = (host: string, about: Partial<Pod> = {}) => ({
  ...given(calling(host, 5432, about), [service('postgres', { clusterIP: 'None' })]),
  pods: [calling(host, 5432, about), postgres],
  clusterDns: clusterDns({ corefile: known(plain) }),
})

describeCheck(check, [
  {
    it: 'a pod of a StatefulSet by its bare name',
    given: byPod('postgres-0'),
    expect: found({ is: 'no-service', host: 'postgres-0:5432', near: 'postgres-0.postgres' }),
  },
  {
    it: 'the same in its namespace, without its Service',
    given: byPod('postgres-0.shop.svc.cluster.local'),
    expect: found({ is: 'no-service', near: 'postgres-0.postgres' }),
  },
  {
    it: 'many of one variable are one list',
    given: given(
      told(
        ...[1, 2, 3, 4, 5].map((it): Call => ({ by: 'PEERS', host: `peer-${it}.shop.svc.cluster.local`, port: 80 })),
      ),
    ),
    expect: [
      {
        subject: 'Deployment/shop/web',
        args: { host: 'peer-1.shop.svc.cluster.local:80' },
        says: /call peer-1\.shop\.svc\.cluster\.local:80 and 4 other places, and there is no such Service/,
      },
    ],
  },
  {
    it: 'that pod by its own name, as its /etc/hosts has it',
    given: {
      ...byPod('postgres-0'),
      pods: [{ ...calling('postgres-0', 5432), ...postgres, containers: calling('postgres-0', 5432).containers }],
    },
    expect: 'not-applicable',
  },
  {
    it: "a search list of the pod's own may have its Service",
    given: byPod('postgres-0', {
      dnsConfig: { nameservers: [], searches: ['postgres.shop.svc.cluster.local'], options: [] },
    }),
    expect: 'ok',
  },
  ...['ledger.svc', 'ledger.svc.cluster.local'].map((host) => ({
    it: `${host} leaves the namespace out`,
    given: { ...given(calling(host, 80)), clusterDns: clusterDns({ corefile: known(plain) }) },
    expect: found({ is: 'left-out', near: host.replace('ledger', 'ledger.shop') }),
  })),
  {
    it: 'the domain of a whole namespace',
    given: { ...given(calling('pay.svc.cluster.local', 80)), clusterDns: clusterDns({ corefile: known(plain) }) },
    expect: 'not-applicable',
  },
  {
    it: 'a namespace that is called svc',
    given: { ...given(calling('ledger.svc', 80)), namespaces: [...namespaces, { name: 'svc', labels: {} }] },
    expect: 'not-applicable',
  },
  {
    it: 'a rewrite may have it',
    given: asking(
      'ledger.svc.cluster.local',
      within('rewrite name ledger.svc.cluster.local ledger.shop.svc.cluster.local'),
    ),
    expect: 'not-applicable',
  },
  ...(['scheduled', 'suspended'] as const).map((idle) => ({
    it: `what the next pod of a CronJob would call (${idle})`,
    given: {
      services: [service('cart')],
      pods: [],
      namespaces: [],
      workloads: [
        deployment('report', 0, {
          kind: 'CronJob',
          next: {
            idle,
            hostNetwork: false,
            dnsPolicy: 'ClusterFirst',
            dnsConfig: null,
            containers: [container({ calls: [{ by: 'CART_URL', host: 'cart', port: 81 }] })],
          },
        }),
      ],
    },
    expect: [
      {
        subject: 'CronJob/shop/report',
        severity: idle === 'scheduled' ? ('warning' as const) : ('info' as const),
        says: 'The next pod of CronJob shop/report would call cart:81',
      },
    ],
  })),
  {
    it: 'a text that the pod mounts names a port that is not there',
    given: given(told(mounted('ledger', 8080))),
    expect: [
      {
        subject: 'Deployment/shop/web',
        severity: 'warning',
        confidence: 'possible',
        args: { is: 'no-port', map: 'conf', key: 'nginx.conf', line: 7 },
        says: /proxy_pass in container \S+ by ConfigMap conf, key nginx\.conf, line 7/,
      },
    ],
  },
  { it: 'a text that the pod mounts names what is there', given: given(told(mounted('ledger', 80))), expect: 'ok' },
  { it: 'or what is no name of here', given: given(told(mounted('api.example.com', 80))), expect: 'not-applicable' },
  {
    it: 'the port is told by a variable of its own, and is the wrong one',
    given: given(told({ by: 'PAY_HOST', host: 'ledger', port: 8080, portBy: 'PAY_PORT' })),
    expect: found({ is: 'no-port', by: 'PAY_HOST', wrong: 'PAY_PORT', to: '80' }),
  },
  {
    it: 'the same, and the host is the wrong one',
    given: given(told({ by: 'PAY_HOST', host: 'legder', port: 80, portBy: 'PAY_PORT' })),
    expect: found({ is: 'no-service', wrong: 'PAY_HOST', to: 'ledger' }),
  },
  {
    it: 'a variable, and a script of its command that says the same: told once',
    given: given(
      told(
        { by: null, host: 'ledger', port: 8080 },
        { by: 'PAY_HOST', host: 'ledger', port: 8080, portBy: 'PAY_PORT' },
      ),
    ),
    expect: [
      {
        subject: 'Deployment/shop/web',
        args: { by: 'PAY_HOST', more: ['its command'] },
        says: /PAY_HOST, its command in/,
      },
    ],
  },
  {
    it: 'two variables that name two ports are two',
    given: given(told({ by: 'A_URL', host: 'ledger', port: 8080 }, { by: 'B_URL', host: 'ledger', port: 81 })),
    expect: [{ subject: 'Deployment/shop/web' }, { subject: 'Deployment/shop/web' }],
  },
  {
    it: 'what the StatefulSet names is not there either: no name is offered that nobody has',
    given: {
      ...mongo('mongo-0.mongodb.db.svc', { subdomain: 'gone' }),
    },
    expect: found({ is: 'no-pod-name', near: null }),
  },
  {
    it: 'what the StatefulSet names selects others',
    given: {
      ...mongo('mongo-0.mongodb.db.svc'),
      services: [
        inDb(service('mongodb')),
        { ...inDb(service('mongodb-headless', { clusterIP: 'None' })), selector: { app: 'other' } },
      ],
    },
    expect: found({ is: 'no-pod-name', near: null }),
  },
  {
    it: 'spans go where nobody is: the program goes on without',
    given: given(
      pod('web-1', {
        containers: [container({ calls: [{ by: 'OTEL_EXPORTER_OTLP_ENDPOINT', host: 'ledger', port: 4317 }] })],
      }),
    ),
    expect: [{ subject: 'Deployment/shop/web', severity: 'info' }],
  },
  {
    it: 'a port that the Service does not offer: its target port',
    given: given(calling('ledger', 8080)),
    expect: found({ is: 'no-port', port: 8080, near: 'ledger:80', isTargetPort: true }),
  },
  {
    it: 'another port',
    given: given(calling('ledger.shop.svc.cluster.local', 81)),
    expect: found({ is: 'no-port', near: 'ledger:80', isTargetPort: false }),
  },
  {
    it: 'a port of a headless Service that its pods do not listen on',
    given: withBack(calling('ledger', 80), headless),
    expect: found({ is: 'unmapped', port: 80, near: 'ledger:8080' }),
  },
  {
    it: 'the same, of a port by name',
    given: withBack(
      calling('ledger', 80),
      service('ledger', { ...headless, ports: [{ ...of80, targetPort: 'http' }] }),
    ),
    expect: found({ is: 'unmapped', near: 'ledger:8080' }),
  },
  { it: 'the port of its pods', given: withBack(calling('ledger', 8080), headless), expect: 'ok' },
  {
    it: 'a port that it does not list: every port may be called',
    given: withBack(calling('ledger', 81), headless),
    expect: 'ok',
  },
  {
    it: 'its pods listen on both',
    given: withBack(calling('ledger', 80), headless, [...listening, { name: 'old', port: 80, protocol: 'TCP' }]),
    expect: 'ok',
  },
  { it: 'a headless Service without a pod', given: given(calling('ledger', 80), [headless]), expect: 'ok' },
  ...(['mongo-0.mongodb.db.svc.cluster.local', 'mongo-0.mongodb.db', 'mongo-7.mongodb.db.svc'] as const).map(
    (host) => ({
      it: `a pod below a Service that is not the one that names it: ${host}`,
      given: mongo(host),
      expect: [
        {
          subject: 'Deployment/shop/web',
          severity: 'warning' as const,
          confidence: 'inferred' as const,
          args: { is: 'no-pod-name', near: `${host.split('.')[0]}.mongodb-headless.db` },
          says: /this Service gives that pod no name/,
        },
      ],
    }),
  ),
  {
    it: 'a pod of a Deployment by its name: it has no subdomain',
    given: mongo('mongo-0.mongodb.db.svc', { owner: null }),
    expect: found({ is: 'no-pod-name', near: null }),
  },
  {
    it: 'a pod with a number that its StatefulSet does not reach',
    given: mongo('mongo-3.mongodb-headless.db.svc'),
    expect: [
      {
        subject: 'Deployment/shop/web',
        severity: 'warning',
        args: { is: 'no-pod', near: 'mongo-0.mongodb-headless.db' },
        says: /and there is no such pod/,
      },
    ],
  },
  {
    it: 'its StatefulSet wants as many, and has not made it yet: told rightly',
    given: {
      ...mongo('mongo-3.mongodb-headless.db.svc'),
      workloads: [
        deployment('mongo', 4, { kind: 'StatefulSet', namespace: 'db', serviceName: 'mongodb-headless', ready: 1 }),
      ],
    },
    expect: 'not-applicable',
  },
  {
    it: 'its StatefulSet has a pod that is not ready: the next one comes after it',
    given: mongo('mongo-1.mongodb-headless.db.svc', { ready: false }),
    expect: 'ok',
  },
  { it: 'a pod below the Service that names it', given: mongo('mongo-0.mongodb-headless.db.svc'), expect: 'ok' },
  {
    it: 'a host name of nobody there: of an endpoint by its address',
    given: mongo('10-2-1-9.mongodb.db.svc'),
    expect: 'ok',
  },
  {
    it: 'DNS servers that name endpoints by their pods',
    given: {
      ...mongo('mongo-0.mongodb.db.svc'),
      clusterDns: clusterDns({ corefile: known('.:53 {\n kubernetes cluster.local {\n  endpoint_pod_names\n }\n}') }),
    },
    expect: 'ok',
  },
  {
    it: 'nobody knows how DNS servers name endpoints',
    given: modelOf(mongo('mongo-0.mongodb.db.svc'), { clusterDns: unknown('forbidden', 'get configmaps') }),
    expect: 'ok',
  },
  { it: 'a slip of a name', given: given(calling('legder')), expect: found({ is: 'no-service', near: 'ledger' }) },
  {
    it: 'a Service of another namespace, without it',
    given: given(calling('ledger'), [inPay(ledger)]),
    expect: found({ is: 'no-service', near: 'ledger.pay' }),
  },
  {
    it: 'a full name of nobody',
    given: given(calling('fraud.shop.svc')),
    expect: found({ is: 'no-service', near: null }),
  },
  {
    it: 'no such namespace',
    given: given(calling('ledger.payy'), [inPay(ledger)]),
    expect: found({ is: 'no-namespace', near: 'ledger.pay' }),
  },
  {
    it: 'the usual domain, where the cluster has another',
    given: modelOf({
      ...given(calling('ledger.shop.svc.cluster.local', 80)),
      clusterDns: {
        service: null,
        slices: [],
        pods: [],
        workload: null,
        corefile: unknown('forbidden', ''),
        domain: 'corp.internal',
        weaveTc: [],
        nodeCaches: [],
      },
    }),
    expect: found({ is: 'other-domain' }),
  },
  ...(
    [
      ['another domain than the cluster has', plain, 'k8s.corp', {}, 'possible'],
      ['a slip in the domain', plain, 'cluster.lokal', {}, 'possible'],
      ['half of the domain', plain, 'cluster', {}, 'possible'],
      [
        'the usual domain, and the Corefile has another',
        plain.replace('cluster.local', 'k8s.corp'),
        'cluster.local',
        { domain: 'k8s.corp' },
        'inferred',
      ],
      [
        'AKS imports a ConfigMap that has no key',
        `${plain}\nimport custom/*.server`,
        'k8s.corp',
        { custom: known({ configMap: 'coredns-custom', keys: [] }) },
        'possible',
      ],
    ] as const
  ).map(([it, corefile, domain, dns, confidence]) => ({
    it,
    given: asking(`ledger.shop.svc.${domain}`, corefile, dns),
    expect: [
      {
        subject: 'Deployment/shop/web',
        severity: 'warning' as const,
        confidence,
        args: { is: 'other-domain', near: `ledger.shop.svc.${'domain' in dns ? dns.domain : 'cluster.local'}` },
        says: /which is not of this cluster's domain/,
      },
    ],
  })),
  {
    it: 'a name of the domain, without svc',
    given: asking('ledger.shop.cluster.local', plain),
    expect: found({ is: 'no-svc', near: 'ledger.shop.svc.cluster.local' }),
  },
])

const set = deployment('mongo', 1, { kind: 'StatefulSet', namespace: 'db', serviceName: 'gone' })
const together = (host: string) =>
  diagnose(modelOf({ ...mongo(host, { subdomain: 'gone' }), workloads: [set] }), { checks: [check, governing] }).roots

test('a StatefulSet whose Service is not there is the cause of calls to its pods by name, and no mere news', () => {
  for (const host of ['mongo-0.mongodb.db.svc', 'mongo-0.gone.db.svc']) {
    const [root, ...more] = together(host)
    expect(root?.finding).toMatchObject({ code: 'SVC211', severity: 'warning', args: { near: 'mongodb-headless' } })
    expect(root?.consequences.map((it) => it.code)).toEqual(['SVC217'])
    expect(more).toEqual([])
  }
  // A call of the Service itself is none of a pod.
  expect(together('mongodb.db.svc').map((it) => [it.finding.code, it.finding.severity])).toEqual([['SVC211', 'info']])
})
