# shellcheck shell=bash
# shellcheck disable=SC2154 # repo, work: set by run
# deploy/demo against the whole stack, the services included.

demo() { "$repo/deploy/demo" "$@"; }

the_demo_names_the_cure_when_the_stack_does_not_run() { # check
  local output
  [[ ! -d $CRM_RUN ]] || down
  if output=$(demo 2>&1); then exit 1; fi
  expect_match "the error" "$output" '(asterisk does not run|nothing was ever started here).*cure: ./deploy/up'
}

the_demo_shows_its_calls_and_can_be_shown_again() { # check
  local output history
  up
  output=$(demo --only known,closed --lang en)
  expect_match "who rang and answered" "$output" '101 Валерий Соколов +♪ ♪ answered on ring 2, after [6-9]\.[0-9] s'
  expect_match "the recording" "$output" 'recording +\*-[0-9]+\.[0-9]+\.wav, [4-9]\.[0-9] s, [0-9]+ KB'
  expect_match "the miss" "$output" 'incoming, missed: out of hours.*callback +open, missed calls: 1'
  expect "colours in a file" "$(grep -c $'\e' <<<"$output" || true)" 0
  [[ $output =~ calls,\ this\ one\ included:\ ([0-9]+) ]]
  history=${BASH_REMATCH[1]}
  output=$(env -u LC_ALL -u LC_MESSAGES LANG=ru_RU.UTF-8 "$repo/deploy/demo" --only known)
  expect_match "the second time" "$output" "история +звонков, считая этот: $((history + 1))"$'\n'
}

the_demo_fails_when_a_call_goes_otherwise() { # check
  local output
  sql "UPDATE escalation_steps SET rings = 1 WHERE position = 1"
  if output=$(demo --only second 2>&1); then echo "$output"; exit 1; fi
  expect_match "what went otherwise" "$output" 'who rang: expected “102 × 3, 101 × 2”, got “102 × 1, 101 × 2”'
}

the_demo_tells_every_mistake_and_a_taken_address() { # check
  local output
  if output=$(demo --only knwn --lang de --loud 2>&1); then exit 1; fi
  expect_match "the mistakes" "$output" "'--loud' is no option.*--lang 'de'.*--only 'knwn'"
  answering "$TRUNK_ADDRESS" phone-rings
  if output=$(demo --only known 2>&1); then exit 1; fi
  expect_match "the address" "$output" "$TRUNK_ADDRESS:$SIP_PORT: Address already in use.*cure:"
}

every_text_of_the_demo_is_there_in_both_languages() { # check
  names_in() { sed -n 's/.*<data name="\([^"]*\)".*/\1/p' "$repo/tests/Demo/$1" | sort; }
  expect "names" "$(names_in Texts.ru.resx)" "$(names_in Texts.resx)"
}
