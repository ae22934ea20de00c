import { ToolError } from '../../tool-error.ts'

/**
 * Each asks `hopscope __complete` for the words, which answers `WORD TAB ABOUT` lines and `:DIRECTIVE`, as cobra does.
 * For `kubectl hopscope` no script is needed: kubectl's own completion runs kubectl_complete-hopscope of the path.
 */
const bash = `# bash completion for hopscope:  source <(hopscope completion bash)
_hopscope() {
  local line=\${COMP_LINE:0:COMP_POINT} out directive word cur cut
  local -a words
  read -r -a words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  out=$(hopscope __complete "\${words[@]:1}" 2>/dev/null) || return
  cur=\${words[\${#words[@]}-1]}
  directive=\${out##*:}
  # bash breaks words at : and =, and wants what stands behind the last of them
  cut=\${cur%"\${cur##*[:=]}"}
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    [[ $word == :* ]] || COMPREPLY+=("\${word#"$cut"}")
  done <<<"$out"
  if ((directive == 0)); then
    # no words of ours: bash then completes files itself, and quotes them
    compopt -o default 2>/dev/null
    COMPREPLY=()
  elif ((directive & 2)); then
    compopt -o nospace 2>/dev/null
  fi
}
complete -F _hopscope hopscope
`

const zsh = `#compdef hopscope
# zsh completion for hopscope:  source <(hopscope completion zsh)
_hopscope() {
  local out directive line word
  local -a words_here found
  words_here=("\${(@)words[2,CURRENT]}")
  out=$(hopscope __complete "\${words_here[@]}" 2>/dev/null) || return 1
  directive=\${out##*:}
  for line in "\${(@f)out}"; do
    [[ $line == :* || -z $line ]] && continue
    word=\${line%%$'\\t'*}
    found+=("\${word//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( directive == 0 )); then
    _files
  elif (( directive & 2 )); then
    _describe -V hopscope found -S ''
  else
    _describe -V hopscope found
  fi
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _hopscope hopscope
`

const fish = `# fish completion for hopscope:  hopscope completion fish | source
function __hopscope_complete
  # in quotes one word, also where nothing is typed yet
  set -l current (commandline -ct)
  set -l out (hopscope __complete (commandline -opc)[2..] "$current" 2>/dev/null)
  set -l directive (string replace : '' -- $out[-1])
  if test "$directive" = 0
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $out[1..-2]
  end
end
complete -c hopscope -f -a '(__hopscope_complete)'
`

const scripts: Readonly<Record<string, string>> = { bash, zsh, fish }

export const shells = Object.keys(scripts)

export function completionScript(shell: string): string {
  const found = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined
  if (found === undefined)
    throw new ToolError('usage', `there is no completion for \`${shell}\``, `for ${shells.join(', ')}`)
  return found
}
