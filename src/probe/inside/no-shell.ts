import type { ExecResult } from '../../kube/cluster.ts'
import { type Known, unknown } from '../../model/known.ts'

/**
 * What runtimes say of a program that is not in the image: containerd and runc `exec: "sh": executable file not found
 * in $PATH`, CRI-O `executable file `sh` not found`, with a path `stat /bin/sh: no such file or directory`. A container
 * or a pod that is not found is something else.
 */
const noProgram = /executable file\b.{0,60}\bnot found|no such file or directory/i

export const noShell = unknown('not-there', 'the container has no shell')

/** Whether the container has no such program. One that is there and says nothing has not shown that it is missing. */
export function hasNoProgram(ran: Known<ExecResult>): boolean {
  if (!ran.known) return ran.why.reason !== 'timed-out' && noProgram.test(ran.why.detail)
  // 126 and 127 are what runtimes report for a command that is not in the image.
  return ran.value.code === 126 || ran.value.code === 127 || noProgram.test(ran.value.stderr)
}

/** 128 + SIGKILL: the script's own end of it (kube/container-command.ts), or the container's memory. */
const killed = 137

/** Why a shell that is there did not even begin to answer. */
export function silence({ code, stderr }: ExecResult): Extract<Known<never>, { known: false }> {
  if (code === killed)
    return unknown('timed-out', 'the shell was killed before it said anything: its time was up, or there was no memory')
  const said = stderr.trim().split('\n')[0] ?? ''
  if (said !== '') return unknown('failed', said)
  return unknown(
    'failed',
    code === null ? 'the connection ended before the shell said anything' : `sh ended with code ${code}`,
  )
}
