# bash completion for kdbctl
# SPDX-License-Identifier: Apache-2.0
#
# The words are taken from the line, because bash splits them at '=' and ':', which names of streams have. It also expects only the part
# behind such a character in return.
_kdbctl() {
  local line=${COMP_LINE:0:COMP_POINT} IFS=$' \t\n'
  local -a words candidates
  read -ra words <<<"${line//[\\\"\']/}"
  [[ $line == *[[:space:]] ]] && words+=("")
  local current=${words[${#words[@]}-1]} here=${COMP_WORDS[COMP_CWORD]//[\\\"\']/}
  local cut=${current%"$here"}
  mapfile -t candidates < <("${words[0]}" complete -- "${words[@]:1}" 2>/dev/null)
  if [[ ${candidates[0]-} == :files ]]; then
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$here")
    return
  fi
  COMPREPLY=()
  local candidate
  for candidate in "${candidates[@]}"; do
    [[ -n $candidate ]] && COMPREPLY+=("$(printf %q "${candidate#"$cut"}")")
  done
}
complete -F _kdbctl kdbctl
