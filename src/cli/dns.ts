import { dnsAnswer } from '../report/diagnosis/json.ts'
import { dnsPaths } from '../report/dns/dns-paths.ts'
import { type DiagnoseFlags, diagnoseCommand } from './diagnose.ts'

/** `diagnose dns --probe`, with every node and path as a table above the findings. It always measures. */
export function dnsCommand(flags: DiagnoseFlags): Promise<number> {
  const probing = flags.from === undefined ? { ...flags, probe: true } : flags
  return diagnoseCommand('dns', probing, {
    above: (model) => (paint) => dnsPaths(model, paint),
    answer: dnsAnswer,
  })
}
