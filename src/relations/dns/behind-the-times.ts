import type { Known } from '../../model/known.ts'
import type { NameAnswers } from '../../model/name-answers.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import { slicesOfServices } from '../service/service-endpoints.ts'
import { answersOfServices, judgeName, mayBeFromBefore } from '../service/service-names.ts'

/** Services that one DNS server alone answers otherwise than the API says, while another one has them right. */
export interface Behind {
  /** The server's pod. */
  readonly pod: string
  readonly services: readonly Service[]
  /** Of those asked for, what this server says as the API says it. */
  readonly right: readonly Service[]
}

/** A server whose view is old has what was there before, and lacks what was made, or made again, since. */
export function isOldView({ services, right }: Behind, keptSeconds: number): boolean {
  const ages = services.map((it) => it.youngSeconds ?? Number.POSITIVE_INFINITY)
  const oldest = Math.max(...ages)
  return (
    ages.every((it) => it > keptSeconds) &&
    Number.isFinite(oldest) &&
    right.some((it) => (it.youngSeconds ?? Number.POSITIVE_INFINITY) > oldest) &&
    right.every((it) => (it.youngSeconds ?? Number.POSITIVE_INFINITY) > oldest)
  )
}

export function behindTheTimes(
  answers: NameAnswers,
  services: readonly Service[],
  endpointSlices: Known<readonly EndpointSlice[]>,
): readonly Behind[] {
  const asked = answersOfServices(answers)
  const slices = endpointSlices.known ? slicesOfServices(endpointSlices.value) : () => null
  const right = new Map<string, Service[]>()
  const wrong = services.flatMap((service) => {
    const judged = (asked.get(`${service.namespace}/${service.name}`) ?? []).flatMap((its) => {
      const pod = its[0]?.server.pod ?? null
      const as = judgeName(service, its, slices(service))
      return pod === null || as.kind === 'unknown' ? [] : [{ pod, as }]
    })
    const isRight = (pod: string): boolean => judged.some((it) => it.pod === pod && it.as.kind === 'right')
    const pods = new Set(judged.map((it) => it.pod))
    for (const pod of pods) if (isRight(pod)) right.set(pod, [...(right.get(pod) ?? []), service])
    const behind = [...pods].filter(
      (pod) =>
        !isRight(pod) &&
        judged.some((it) => it.pod === pod && it.as.kind !== 'right' && !mayBeFromBefore(service, it.as)),
    )
    return behind.length === 0 || behind.length === pods.size ? [] : behind.map((pod) => ({ pod, service }))
  })
  return [...Map.groupBy(wrong, (it) => it.pod)].map(([pod, its]) => ({
    pod,
    services: its.map((it) => it.service),
    right: right.get(pod) ?? [],
  }))
}

/** Whether each answer of this server to the name of a Service that was made in the last so many seconds is right. */
export function knowsWhatIsNew(
  pod: string,
  {
    answers,
    services,
    withinSeconds,
  }: {
    readonly answers: NameAnswers
    readonly services: readonly Service[]
    readonly withinSeconds: number
  },
): boolean {
  const asked = answersOfServices(answers)
  const young = services.filter((it) => (it.youngSeconds ?? Number.POSITIVE_INFINITY) <= withinSeconds)
  const judged = young.flatMap((service) =>
    (asked.get(`${service.namespace}/${service.name}`) ?? [])
      .filter((its) => its[0]?.server.pod === pod)
      .map((its) => judgeName(service, its, null).kind),
  )
  return judged.some((it) => it === 'right') && judged.every((it) => it === 'right' || it === 'unknown')
}
