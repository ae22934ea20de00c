import type { Complaint, ProgramLog } from '../../src/model/program-log.ts'

/** The log of the container `web` of a pod in `shop`, with these complaints in it. */
export function programLog(pod: string, complaints: readonly Complaint[] = []): ProgramLog {
  return { namespace: 'shop', pod, container: 'web', seconds: 300, during: 12, lines: 40, complaints }
}
