import { ToolError } from '../tool-error.ts'
import { certificateTrouble, clientCertificateTrouble } from './certificates.ts'
import type { Cluster } from './cluster.ts'
import { transportOf } from './connect.ts'
import { networkReason, statusMessage } from './failure.ts'
import { refusalBytes, TooMuch } from './limits.ts'
import { readText, sendPatiently } from './request.ts'
import type { Transport } from './transport.ts'
import { because, told } from '../phrases.ts'

/**
 * One GET /version, so that an unreachable server, a bad certificate or rejected credentials end the run with one clear
 * line instead of a page of unknowns. Throws ToolError unreachable, certificate, unauthorized or bad-kubeconfig.
 */
export async function checkReachable(cluster: Cluster, timeoutMs: number, stop?: AbortSignal): Promise<void> {
  const transport = transportOf(cluster)
  if (transport === undefined) return
  const timeout = AbortSignal.timeout(timeoutMs)
  const signal = stop === undefined ? timeout : AbortSignal.any([timeout, stop])
  let status: number
  let text: string
  try {
    const reply = await sendPatiently(transport, { path: '/version', signal })
    status = reply.status
    text = await readText(reply, refusalBytes)
  } catch (error) {
    if (error instanceof TooMuch)
      throw new ToolError(
        'unreachable',
        `${transport.target.server} is no Kubernetes API server: its version has ${error.message}`,
        "check the server of the kubeconfig's cluster",
        error,
      )
    if (error instanceof ToolError || !(error instanceof Error)) throw error
    if (stop?.aborted === true) throw error
    throw await firstContactError(transport, error, timeout.aborted ? timeoutMs : null)
  }
  if (status === 401) throw unauthorized(transport, text)
  // 403 is an answer: a user who may not read /version may still read pods.
  if (status >= 500)
    throw new ToolError(
      'unreachable',
      `${cannotReach(transport)}: it answered ${status}${because(statusMessage(text))}`,
      'it may be starting: try again in a minute',
    )
}

function cannotReach({ target }: Transport): string {
  return `cannot reach cluster \`${target.context}\` (${target.server})`
}

async function firstContactError(transport: Transport, error: Error, timedOutMs: number | null): Promise<ToolError> {
  const start = cannotReach(transport)
  if (timedOutMs !== null)
    return new ToolError('unreachable', `${start}: no answer within ${timedOutMs / 1000} s`, reachHint, error)
  const certificate = await certificateTrouble(error, transport)
  if (certificate !== null)
    return new ToolError('certificate', `${start}: ${certificate.what}`, certificate.hint, error)
  const reason = networkReason(error)
  if (reason === null) throw error
  return new ToolError('unreachable', `${start}: ${reason}`, reachHint, error)
}

const reachHint = 'is the cluster up, and do you need a VPN or a proxy for it? Pick another with --context'

function unauthorized({ target, credentials }: Transport, text: string): ToolError {
  const trouble = clientCertificateTrouble(credentials.certificate)
  if (trouble !== null)
    return new ToolError(
      'certificate',
      `cannot reach cluster \`${target.context}\` (${target.server}): ${trouble.what}`,
      trouble.hint,
    )
  const who = target.userName === '' ? "the kubeconfig's context names no user" : `user \`${target.userName}\``
  const message = statusMessage(text)
  const said = message === null || message === 'Unauthorized' ? '' : ` (${told(message)})`
  return new ToolError(
    'unauthorized',
    `cluster \`${target.context}\` (${target.server}) does not accept the credentials of ${who}${said}`,
    'log in again, or pick another: --context',
  )
}
