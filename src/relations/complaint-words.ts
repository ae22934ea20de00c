import type { ComplaintKind } from '../wire/program-words.ts'

/** How it ends for the program that calls. */
export const complaintEnds: Readonly<Record<ComplaintKind, string>> = {
  refused: 'connections are refused',
  'timed-out': 'no answer comes in time',
  'no-host': 'the name is not found',
  'no-dns': 'DNS does not answer for the name (EAI_AGAIN: silence, or an error)',
  'no-route': 'there is no route',
  closed: 'connections are closed before an answer',
  tls: 'TLS fails',
  'no-source-port': 'no source port is free',
  'no-files': 'it has no file descriptor left: as many files and connections are open as it may have',
  'no-space': 'no space is left where it writes: a disk, an emptyDir with a limit, or /dev/shm (64 MiB by default)',
  'no-memory': 'it gets no more memory',
  'no-pool': 'all connections of its own pool are taken',
  'bad-port': 'the port is no number',
}
