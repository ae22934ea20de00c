import type { GapWhy, TailMark } from '../../answers/tail/events.ts'
import { jsonLine } from './json-line.ts'
import type { Output } from '../schemas/parts.ts'
import type { logsMark } from '../schemas/logs.ts'

const gaps: Readonly<Record<GapWhy, string>> = {
  'pod-gone': 'the pod went away while nothing was read from it',
  rotated: 'the log was rotated before it was read on',
  'runs-unseen': 'it restarted more than once, and only the last run before is kept',
  'run-unread': 'the end of the run before could not be read',
  'cut-off': 'it ended early',
}

export function tailMarkText(mark: TailMark): string {
  const name = `${mark.place.namespace}/${mark.place.pod} ${mark.place.container}`
  switch (mark.kind) {
    case 'joined':
      return `+ ${name}`
    case 'left':
      return `- ${name} (${mark.why})`
    case 'restarted':
      return `~ ${name} restarted (restart ${mark.run}${exitText(mark.exit)})`
    case 'gap':
      return `! ${name}: lines may be missing${spanText(mark)}: ${mark.detail ?? gaps[mark.why]}`
    case 'unread':
      return `! ${name}: its log is not read: ${mark.detail}`
    case 'waiting':
      return `! ${name} waits: ${mark.most} logs are read at once, more by --max-log-requests`
  }
}

function exitText(exit: Extract<TailMark, { kind: 'restarted' }>['exit']): string {
  if (exit === null) return ''
  const parts = [exit.reason, exit.code === null ? null : `exit code ${exit.code}`].filter((it) => it !== null)
  return parts.length === 0 ? '' : `; ${parts.join(', ')}`
}

function spanText({ from, to }: { readonly from: string | null; readonly to: string | null }): string {
  if (from === null && to === null) return ''
  if (to === null) return ` after ${from}`
  return from === null ? ` before ${to}` : ` from ${from} to ${to}`
}

export function tailMarkJson(mark: TailMark): string {
  const { namespace, pod, container, node } = mark.place
  const out: Output<typeof logsMark> = {
    schema: 'hopscope/logs/v1',
    t: mark.kind,
    namespace,
    podName: pod,
    containerName: container,
    nodeName: node,
    why: whyOf(mark),
    run: mark.kind === 'restarted' ? mark.run : null,
    exitCode: mark.kind === 'restarted' ? (mark.exit?.code ?? null) : null,
    from: mark.kind === 'gap' ? mark.from : null,
    to: mark.kind === 'gap' ? mark.to : null,
    detail: mark.kind === 'gap' ? (mark.detail ?? null) : null,
  }
  return jsonLine(out)
}

function whyOf(mark: TailMark): string | null {
  if (mark.kind === 'unread') return mark.detail
  if (mark.kind === 'waiting') return `${mark.most} logs are read at once`
  return 'why' in mark ? mark.why : null
}
