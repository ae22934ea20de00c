import { container, cronJob, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Call } from '../../model/pod.ts'
import check from './otlp-protocol.ts'

const by = 'OTEL_EXPORTER_OTLP_ENDPOINT'
const given = (otlp: Call['otlp'], about: Parameters<typeof port>[0]) => {
  const to = port({ name: null, port: 4317, targetPort: 4317, ...about })
  const call: Call = { by, host: 'otel', port: to.port, ...(otlp === undefined ? {} : { otlp }) }
  return {
    pods: [pod('web-1', { containers: [container({ calls: [call] })] })],
    services: [service('otel', { ports: [to] })],
  }
}
const web = { subject: 'Deployment/shop/web', severity: 'warning', confidence: 'possible' } as const

describeCheck(check, [
  {
    it: 'HTTP to the port for gRPC',
    given: given('http', {}),
    expect: [{ ...web, says: 'by HTTP to port 4317 of Service shop/otel, which is for gRPC' }],
  },
  { it: 'gRPC to the port for HTTP', given: given('grpc', { port: 4318, targetPort: 4318 }), expect: [web] },
  { it: 'gRPC to a port called otlp-http', given: given('grpc', { name: 'otlp-http', port: 80 }), expect: [web] },
  ...(['scheduled', 'suspended'] as const).map((idle) => ({
    it: `the next pod of a CronJob (${idle})`,
    given: {
      ...given('http', {}),
      pods: [],
      workloads: [cronJob('report', idle, container({ calls: [{ by, host: 'otel', port: 4317, otlp: 'http' }] }))],
    },
    expect: [
      {
        subject: 'CronJob/shop/report',
        severity: idle === 'scheduled' ? ('warning' as const) : ('info' as const),
        says: 'The next pod of CronJob shop/report would send its telemetry by HTTP',
      },
    ],
  })),
  { it: 'each its own', given: given('grpc', {}), expect: 'ok' },
  { it: 'HTTP to 4317, which leads to 4318', given: given('http', { targetPort: 4318 }), expect: 'ok' },
  { it: 'HTTP to a port called so', given: given('http', { name: 'otlp-http' }), expect: 'ok' },
  { it: 'no protocol told', given: given(undefined, {}), expect: 'not-applicable' },
  { it: 'a port of nobody knows what', given: given('http', { port: 80, targetPort: 80 }), expect: 'not-applicable' },
])
