import * as v from 'valibot'
import { captureLines } from '../report/capture/capture-text.ts'
import { diagnosisJson } from '../report/diagnosis/json.ts'
import { dnsPaths } from '../report/dns/dns-paths.ts'
import { paint } from '../report/paint.ts'
import { planText } from '../report/plan/plan-text.ts'
import { resolveText } from '../report/resolve/resolve-text.ts'
import { traceText } from '../report/trace/trace-text.ts'
import { everyCheck, pageText } from '../session/catalogue.ts'
import { diagnoseCluster, type DiagnosedLive } from '../session/diagnose.ts'
import { diagnoseFile } from '../session/diagnose-file.ts'
import { makePlan, type Planned } from '../session/fix/plan.ts'
import { diagnosePcap } from '../session/pcap.ts'
import { resolveName } from '../session/resolve/resolve.ts'
import { traceCluster } from '../session/trace.ts'
import { ToolError } from '../tool-error.ts'
import { type Allowed, clusterAsk, notAllowed, probeAsk, ran } from './ask.ts'
import type { Runs } from './runs.ts'
import { linesOf, refused, type Told, told } from './told.ts'

const look = paint({ colour: false, ascii: false, width: 100 })

export interface Context {
  readonly allowed: Allowed
  readonly runs: Runs
  readonly signal: AbortSignal
}

export interface Tool {
  readonly name: string
  readonly description: string
  readonly input: v.GenericSchema
  /** Whether it may make pods, where the server was started with --allow-probe. */
  readonly probes: boolean
  readonly run: (input: unknown, context: Context) => Promise<Told>
}

function tool<const S extends v.GenericSchema>(
  about: Omit<Tool, 'input' | 'run'> & {
    readonly input: S
    readonly run: (input: v.InferOutput<S>, context: Context) => Promise<Told> | Told
  },
): Tool {
  return {
    ...about,
    run: async (input, context) => {
      try {
        return await about.run(v.parse(about.input, input), context)
      } catch (error) {
        if (error instanceof ToolError) return refused(error.message, error.hint)
        throw error
      }
    },
  }
}

const text = (about: string) => v.pipe(v.string(), v.maxLength(4000), v.description(about))
const flag = (about: string) => v.optional(v.pipe(v.boolean(), v.description(about)))
const where = {
  namespace: v.optional(text('namespace to look at; else the one of the kubeconfig')),
  all_namespaces: flag('look at every namespace'),
}
const probe = flag('also measure, from short-lived pods that are removed; needs a server started with --allow-probe')
const nodeAccess = flag("also read the nodes' conntrack counters; needs --allow-probe")
const recording = v.optional(
  v.pipe(text('a .hops file that a run left, in place of the cluster'), v.regex(/\.hops$/, 'a .hops file')),
)

function keepLive({ diagnosis, touched, isLate }: DiagnosedLive, done: readonly string[], { runs }: Context): Told {
  const late = isLate ? ['the time was up before everything was read: what is missing is not known'] : []
  return runs.keep(diagnosisJson(diagnosis), ['', `cluster: ${touched}`, ...late, ...done])
}

export const tools: readonly Tool[] = [
  tool({
    name: 'diagnose',
    description:
      "Why can't A reach B in this Kubernetes cluster? Deterministic verdict with root causes, of a namespace or of " +
      'one target. Reads objects only, unless probe is asked for. "cannot tell" and "not asked" are no health.',
    probes: true,
    input: v.strictObject({
      target: v.optional(text('svc/x, deploy/x, pod/x, ingress/x, https://host/path or dns; else the whole namespace')),
      ...where,
      probe,
      node_access: nodeAccess,
      from: recording,
    }),
    async run({ target = null, probe: asked = false, node_access = false, from, ...its }, context) {
      if (from !== undefined) {
        const { diagnosis } = await diagnoseFile({ from, target, namespace: its.namespace })
        return context.runs.keep(diagnosisJson(diagnosis), ['', `of the recording ${from}`])
      }
      const { allowed } = context
      const measures = asked || node_access
      if (measures && !allowed.probe) return notAllowed(node_access ? 'node_access' : 'probe')
      const ask = {
        ...clusterAsk(allowed, its),
        ...probeAsk(allowed, { probe: measures, nodeAccess: node_access }),
        target,
        keepIn: allowed.runs,
      }
      return ran(
        (caller) => diagnoseCluster(ask, caller),
        context.signal,
        (it, done) => keepLive(it, done, context),
      )
    },
  }),
  tool({
    name: 'dns',
    description:
      "The cluster's DNS: verdict, and where it was measured every node and path with losses and times. Measures " +
      'only with --allow-probe; else says what objects tell, and that nothing was measured.',
    probes: true,
    input: v.strictObject({ ...where, node_access: nodeAccess, from: recording }),
    async run({ node_access = false, from, ...its }, context) {
      const { allowed, runs } = context
      if (from !== undefined) {
        const { diagnosis, model } = await diagnoseFile({ from, target: 'dns', namespace: its.namespace })
        return runs.keep(diagnosisJson(diagnosis), ['', ...dnsPaths(model, look)])
      }
      if (node_access && !allowed.probe) return notAllowed('node_access')
      const ask = {
        ...clusterAsk(allowed, its),
        ...probeAsk(allowed, { probe: allowed.probe, nodeAccess: node_access }),
        target: 'dns',
        keepIn: allowed.runs,
      }
      return ran(
        (caller) => diagnoseCluster(ask, caller),
        context.signal,
        (it, done) => keepLive(it, [...done, '', ...measured(dnsPaths(it.model, look))], context),
      )
    },
  }),
  tool({
    name: 'resolve',
    description:
      'Looks one name up as a pod does: its resolv.conf, every query in order, every server. Starts a short-lived ' +
      'pod, so it needs a server started with --allow-probe.',
    probes: true,
    input: v.strictObject({
      name: text('cart, cart.shop, example.com., or an IP address'),
      as_pod: v.optional(
        text('pod/NAME; or deploy/NAME, sts/NAME, ds/NAME for one of its pods; else any pod of the namespace'),
      ),
      type: v.optional(text('A, AAAA, CNAME, MX, NS, PTR, SOA, SRV or TXT; else A and AAAA')),
      namespace: where.namespace,
    }),
    async run({ name, as_pod, type, namespace }, { allowed, signal }) {
      if (!allowed.probe) return notAllowed('resolve')
      const ask = {
        ...clusterAsk(allowed, { namespace }),
        ...probeAsk(allowed, { probe: true }),
        name,
        ...(as_pod === undefined ? {} : { from: as_pod }),
        ...(type === undefined ? {} : { type }),
      }
      const { node: _node, ...plain } = ask
      return ran(
        (caller) => resolveName(plain, caller),
        signal,
        ({ resolution, touched }, done) => told(...linesOf(resolveText(resolution, look, [touched])), ...done),
      )
    },
  }),
  tool({
    name: 'trace',
    description:
      'Can this pod reach that? Hop by hop (name, Service, endpoints, NetworkPolicy, connection), how each is known, ' +
      'and where the path breaks. Reads only, unless probe is asked for.',
    probes: true,
    input: v.strictObject({
      from: text('pod/NAME; or deploy/NAME, sts/NAME, ds/NAME for one of its pods'),
      to: text('svc/NAME[:PORT], pod/NAME[:PORT], HOST:PORT or a URL; NAME.NAMESPACE for another namespace'),
      namespace: where.namespace,
      probe,
    }),
    async run({ from, to, namespace, probe: asked = false }, { allowed, runs, signal }) {
      if (asked && !allowed.probe) return notAllowed('probe')
      const ask = {
        ...clusterAsk(allowed, { namespace }),
        ...probeAsk(allowed, { probe: asked }),
        start: from,
        end: to,
        keepIn: allowed.runs,
      }
      return ran(
        (caller) => traceCluster(ask, caller),
        signal,
        ({ trace, diagnosis, touched }, done) => {
          const { lines } = runs.keep(diagnosisJson(diagnosis), ['', `cluster: ${touched}`, ...done])
          return told(...linesOf(traceText(trace, look)), '', ...lines)
        },
      )
    },
  }),
  tool({
    name: 'finding',
    description: 'One finding of an earlier answer in full: evidence, why, and the commands that look and that fix.',
    probes: false,
    input: v.strictObject({ run: text('as the answer named it: r1'), id: text('f1') }),
    run: ({ run, id }, { runs }) => runs.finding(run, id),
  }),
  tool({
    name: 'explain',
    description:
      'The page of a finding or of a remedy: what it means, how to confirm it by hand, when it is not your problem.',
    probes: false,
    input: v.strictObject({ name: text('DNS101, dns/parallel-lookup-drop, or a remedy: node-local-dns') }),
    run: ({ name }) => told(...linesOf(pageText(name))),
  }),
  tool({
    name: 'checks',
    description: 'Every check with its code, what it finds, and the access that it needs.',
    probes: false,
    input: v.strictObject({ family: v.optional(text('DNS, SVC, ING, GTW, POL, NOD, PKT or TRB')) }),
    run: ({ family = '' }) =>
      told(
        ...everyCheck()
          .filter((it) => it.code.startsWith(family.toUpperCase()))
          .map((it) => `${it.code} ${it.severity} ${it.level === 'read' ? 'reads' : it.level}: ${it.title}`),
      ),
  }),
  tool({
    name: 'pcap',
    description:
      'What captured packets say of DNS, TCP, TLS and HTTP; of several points of one path, where packets were lost.',
    probes: false,
    input: v.strictObject({
      files: v.pipe(
        v.array(v.pipe(text('a file on this machine'), v.regex(/\.(?:pcap|pcapng|cap)$/, 'a .pcap or .pcapng file'))),
        v.minLength(1),
        v.maxLength(16),
      ),
    }),
    async run({ files }, { runs }) {
      const { capture, diagnosis } = await diagnosePcap({ files })
      return runs.keep(diagnosisJson(diagnosis), ['', ...captureLines(capture)])
    },
  }),
  tool({
    name: 'fix',
    description:
      'The plan that would cure a finding, as a diff with its risk and its undo, to be shown to a person. It is ' +
      'never applied from here.',
    probes: false,
    input: v.strictObject({
      code: text('DNS101'),
      remedy: v.optional(text('node-local-dns; else the first that is offered')),
      namespace: where.namespace,
      apply: flag('is refused'),
    }),
    async run({ code, remedy, namespace, apply = false }, { allowed, signal }) {
      if (apply)
        return refused(
          'nothing is applied from here: a person reads the plan, and applies it',
          `hopscope fix ${code} --plan`,
        )
      const ask = {
        ...clusterAsk(allowed, { namespace }),
        ...probeAsk(allowed, { probe: false }),
        ...(remedy === undefined ? {} : { remedy }),
        plansIn: allowed.plans,
        filesIn: allowed.plans,
      }
      return ran(
        (caller) => makePlan(code, ask, caller),
        signal,
        (it, done) => told(...planned(it), ...done),
      )
    },
  }),
]

function measured(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? ['nothing was measured: this server reads only'] : lines
}

function planned(it: Planned): readonly string[] {
  if (it.kind === 'plan')
    return [
      ...linesOf(planText(it.plan, { paint: look, verbose: true, files: it.files })),
      'This was shown, and not applied.',
    ]
  if (it.kind === 'no-plan')
    return [`no plan for ${it.code}:`, ...it.refusals.map(({ remedy, reason }) => `- ${remedy.id}: ${reason.why}`)]
  const others = it.unsure === 0 ? '' : `; ${it.unsure} checks could not tell`
  return [`${it.code ?? 'nothing'} finds nothing here, so there is nothing to fix${others}`]
}
