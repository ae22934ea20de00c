import { type DocumentFormat, serialised } from '../report/formats/formats.ts'
import { serverVersion } from '../session/version.ts'
import { commit, version } from '../version.ts'
import { configFile } from './flags/config.ts'
import type { ClusterFlags } from './flags/cluster.ts'
import { onTerminal } from './terminal/on-terminal.ts'
import { say } from './terminal/say.ts'

export type VersionFlags = ClusterFlags & { readonly output: 'text' | DocumentFormat; readonly client?: boolean }

/** What whoever reports a fault is asked for first. A cluster that can't be reached is said, and is no failure. */
export function versionCommand(flags: VersionFlags): Promise<number> {
  const own = {
    hopscope: version,
    commit,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    config: configFile(process.env),
  }
  const print = (server: Awaited<ReturnType<typeof serverVersion>> & { kind: 'done' }): number => {
    const { value } = server
    if (flags.output !== 'text')
      process.stdout.write(serialised(flags.output, { schema: 'hopscope/version/v1', ...own, server: value }))
    else
      say(
        `hopscope ${version}${commit === null ? '' : ` (commit ${commit})`}`,
        `node ${own.node}, ${own.platform}`,
        value.known ? `server ${value.version} (context ${value.context})` : `server not known: ${value.why}`,
      )
    return 0
  }
  if (flags.client === true)
    return Promise.resolve(print({ kind: 'done', value: { known: false, why: 'not asked: --client' } }))
  return onTerminal((caller) => serverVersion(flags, caller), {
    quiet: true,
    nothingLeft: 'nothing was started in the cluster',
    print: (value) => print({ kind: 'done', value }),
  })
}
