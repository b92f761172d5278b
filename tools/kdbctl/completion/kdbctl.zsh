#compdef kdbctl
# SPDX-License-Identifier: Apache-2.0
_kdbctl() {
  local -a candidates
  candidates=("${(@f)$("${words[1]}" complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ ${candidates[1]} == :files ]]; then
    _files
  else
    compadd -- ${candidates:#}
  fi
}
if [[ $funcstack[1] == _kdbctl ]]; then
  _kdbctl "$@"
else
  compdef _kdbctl kdbctl
fi
