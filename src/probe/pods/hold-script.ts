import { type ContainerCommand, shellWithInput, script } from '../../kube/container-command.ts'

/** What the client sends while it wants a pod, or packets, and how often; what hears nothing ends itself. */
export const beat = 'on\n'
export const beatEveryMs = 2000

/**
 * Is there, and does nothing, for as long as it hears the beat, and 6 s more: the pod's own program ends when nothing
 * runs beside it (pod/node/hold.ts). The end of the input is not waited for: a runtime may keep it open when the
 * connection is gone, and then `read` never comes back. Each lease that is over is waited for, and waits for its own
 * sleep: the first process of a probe pod takes no orphans, and one for each beat would fill its table of processes.
 * It says nothing, and keeps both outputs open all the same: containerd closes the input of who closed one
 * (internal/cri/io/exec_io.go), and no beat would be heard after the first.
 */
const holding = script`
exec 3<&0 </dev/null
lease=
renew() {
  [ -z "$lease" ] || { kill "$lease"; wait "$lease"; } 2>/dev/null
  (
    exec 3<&- >/dev/null 2>&1
    nap=
    trap '[ -z "$nap" ] || { kill "$nap"; wait "$nap"; }; exit' TERM
    sleep 6 &
    nap=$!
    wait "$nap"
    kill -9 -$$ || kill -9 $$
  ) &
  lease=$!
}
renew
while read -r word <&3; do
  [ "$word" = on ] || break
  renew
done
`

/** `seconds`: when it ends however much it hears. */
export function holdingCommand(seconds: number): ContainerCommand {
  return shellWithInput(holding, seconds)
}
