import { ingressConfAnswer, ingressRoutesAnswer } from '../report/ingress/ingress-json.ts'
import { type DocumentFormat, serialised } from '../report/formats/formats.ts'
import { ingressConfText, ingressRoutesText } from '../report/ingress/ingress-text.ts'
import { foldersOf } from '../session/folders.ts'
import type { Diagnosed } from '../session/select.ts'
import { ToolError } from '../tool-error.ts'
import type { DiagnoseFlags } from './diagnose.ts'
import type { ClusterFlags } from './flags/cluster.ts'
import type { ProbeFlags } from './flags/probe.ts'
import type { Colour } from './terminal/look.ts'
import { terminalPaint } from './terminal/look.ts'
import { onTerminal } from './terminal/on-terminal.ts'

export type IngressConfFlags = ClusterFlags &
  ProbeFlags & { readonly output: 'text' | DocumentFormat; readonly color: Colour }

export type IngressLsFlags = Omit<DiagnoseFlags, 'output'> & { readonly output: 'text' | DocumentFormat }

/** Returns 0 where each controller that was read has a location for the URL, 1 where one has none or denies it. */
export async function ingressConfCommand(url: string, flags: IngressConfFlags): Promise<number> {
  const { confOfUrl } = await import('../session/ingress.ts')
  return onTerminal((caller) => confOfUrl({ ...flags, url }, caller), {
    quiet: flags.output !== 'text',
    nothingLeft: 'nothing was started in the cluster',
    print(conf) {
      const paint = terminalPaint(process.stdout, flags.color)
      process.stdout.write(
        flags.output === 'text' ? ingressConfText(conf, paint) : serialised(flags.output, ingressConfAnswer(conf)),
      )
      const kinds = conf.controllers.map(({ found }) => found)
      if (kinds.some((it) => it.kind === 'no-server' || it.kind === 'no-location' || deniedOrEmpty(it))) return 1
      return kinds.length === 0 || kinds.some((it) => it.kind === 'unread') ? 2 : 0
    },
  })
}

function deniedOrEmpty(it: {
  readonly kind: string
  readonly denied?: string | null
  readonly endpoints?: readonly string[] | null
}): boolean {
  return it.kind === 'served' && (it.denied !== null || it.endpoints?.length === 0)
}

/** Returns 1 where a route has a finding. */
export async function ingressLsCommand(flags: IngressLsFlags): Promise<number> {
  const { routesIn, routingBesides } = await import('../session/ingress.ts')
  const print = ({ model, diagnosis }: Diagnosed): number => {
    const routes = routesIn(model, diagnosis)
    const { ingresses } = model.sources
    if (!ingresses.known)
      throw new ToolError('forbidden', `Ingresses could not be read: ${ingresses.why.detail}`, 'deploy/rbac-read.yaml')
    const paint = terminalPaint(process.stdout, flags.color)
    process.stdout.write(
      flags.output === 'text'
        ? ingressRoutesText(routes, paint, routingBesides(model))
        : serialised(flags.output, ingressRoutesAnswer(routes)),
    )
    return routes.some((it) => it.health === 'finding') ? 1 : 0
  }
  if (flags.from !== undefined) {
    const { diagnoseFile } = await import('../session/diagnose-file.ts')
    const namespace = flags.allNamespaces === true ? null : flags.namespace
    return print(await diagnoseFile({ ...flags, from: flags.from, target: null, namespace }))
  }
  const { diagnoseCluster } = await import('../session/diagnose.ts')
  return onTerminal(
    (caller) => diagnoseCluster({ ...flags, target: null, keepIn: foldersOf(process.env).runs }, caller),
    {
      quiet: flags.quiet === true || flags.output !== 'text',
      nothingLeft: 'whatever was started in the cluster is removed',
      print: (found) => {
        const code = print(found)
        return found.isLate && code === 0 ? 2 : code
      },
    },
  )
}
