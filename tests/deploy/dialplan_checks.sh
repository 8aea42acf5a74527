# shellcheck shell=bash
# shellcheck disable=SC2154 # work: set by run
# Real calls through the dialplan, without any service. The truth is the SIP side's (each SIPp scenario fails when its call
# goes otherwise) and Asterisk's own record.

without_a_gateway_the_fallback_rings_after_two_seconds_then_the_owner_then_asks_for_a_message() { # check
  cel_mark
  phone 101 phone-rings
  answering "$TRUNK_ADDRESS" phone-refuses=486
  # A plan that comes when the fallback already rings is not looked at any more.
  gateway 'ami_wait CrmFallback && set_plan 103@5_103@5_103@5'
  call call-answered 79161234567 74951000001 -d 1000
  finished
  expect "the story" "$(cel_story | paste -sd ' ')" \
    "CRM_INCOMING=74951000001-allowed_not_screened CRM_FALLBACK= CRM_PASSED=1-102-UNAVAILABLE CRM_STEP_END=1-101-102-NOANSWER CRM_STEP_END=2-m79035550001-BUSY CRM_MESSAGE=3 CRM_END=message-Up-3"
  expect_between "ms to the first ring" "$(cel_between '"CRM_INCOMING"' '"CHAN_START".*PJSIP/101-')" 1950 4000
  expect_between "ms it rang" "$(cel_between '"CHAN_START".*PJSIP/101-' 'CRM_STEP_END')" 1950 4000
}

a_plan_rings_at_once_and_may_be_rewritten_while_it_rings() { # check
  cel_mark
  phone 101 phone-rings
  phone 103 phone-answers -d 500
  gateway 'ami_wait CrmIncoming && set_plan 101@2_102@5 && ami_wait CrmStep && set_plan 101@2_103@5'
  call call-answered 79161234567 74951000002
  finished
  expect "the story" "$(cel_story | paste -sd ' ')" "CRM_INCOMING=74951000002-allowed_not_screened CRM_STEP_END=1-101-NOANSWER CRM_END=plan-Up-2"
  expect_between "ms to the first ring" "$(cel_between '"CRM_INCOMING"' '"CHAN_START".*PJSIP/101-')" 0 1900
  expect_between "ms to the second" "$(cel_between '"CRM_INCOMING"' '"CHAN_START".*PJSIP/103-')" 1950 4000
  expect "legs of 102" "$(cel | grep -c 'PJSIP/102-' || true)" 0
  recorded "$(cel_call)"
}

a_plan_that_cannot_be_read_counts_as_none() { # check
  cel_mark
  phone 101 phone-refuses=486
  answering "$TRUNK_ADDRESS" phone-refuses=486
  gateway 'ami_wait CrmIncoming && set_plan nonsense'
  call call-answered 79161234567 74951000001 -d 1000
  finished
  expect "the story" "$(cel_story | paste -sd ' ')" \
    "CRM_INCOMING=74951000001-allowed_not_screened CRM_FALLBACK= CRM_PASSED=1-102-UNAVAILABLE CRM_STEP_END=1-101-102-BUSY CRM_STEP_END=2-m79035550001-BUSY CRM_MESSAGE=3 CRM_END=message-Up-3"
}

out_of_hours_a_message_is_said_and_nobody_rings() { # check
  cel_mark
  gateway 'ami_wait CrmIncoming && set_plan closed'
  call call-refused=403 79161234567 74951000001
  expect "the story" "$(cel_story | paste -sd ' ')" "CRM_INCOMING=74951000001-allowed_not_screened CRM_CLOSED= CRM_END=closed-Ring-"
  expect_between "ms of the message" "$(cel_between CRM_CLOSED CRM_END)" 7000 12000
}

who_talks_refuses_or_is_not_there_is_passed_over_at_once() { # check
  cel_mark
  phone 101 phone-answers
  phone 103 phone-refuses=486
  gateway 'ami_wait CrmIncoming && set_plan 101@20 && ami_wait CrmIncoming && set_plan 101-102@20_103@20_m79035550001@20'
  calling call-answered 79161230001 74951000001 -d 15000
  wait_until 30 cel_talks
  cel_mark
  answering "$TRUNK_ADDRESS" phone-refuses=480
  call call-refused=480 79161230002 74951000001
  expect "the story" "$(wait_until 30 cel_has CRM_END && cel_crm | paste -sd ' ')" \
    "CRM_INCOMING=74951000001-allowed_not_screened CRM_PASSED=1-101-INUSE CRM_PASSED=1-102-UNAVAILABLE CRM_STEP_END=1-101-102-PASSED CRM_STEP_END=2-103-BUSY CRM_STEP_END=3-m79035550001-NOANSWER CRM_END=exhausted-Ring-4"
  # A step that was waited for instead would have taken twenty seconds.
  expect_between "ms in all" "$(cel_between CRM_INCOMING CRM_END)" 0 15000
  finished
  # The records of the first call's end come later than its SIP, and are none of the next check's.
  wait_until 30 both_calls_are_over
}

both_calls_are_over() { (($(cel | grep -c LINKEDID_END || true) >= 2)); }

the_owner_accepts_by_one() { # check
  cel_mark
  answering "$TRUNK_ADDRESS" mobile-accepts
  gateway 'ami_wait CrmIncoming && set_plan m79035550001@25'
  call call-answered 79161234567 74951000001
  finished
  expect "the story" "$(cel_story | paste -sd ' ')" "CRM_INCOMING=74951000001-allowed_not_screened CRM_END=plan-Up-1"
}

a_voicemail_box_of_the_owner_answers_no_call() { # check
  cel_mark
  answering "$TRUNK_ADDRESS" phone-answers
  gateway 'ami_wait CrmIncoming && set_plan m79035550001@25'
  call call-refused=480 79161234567 74951000001
  finished
  expect "the story" "$(cel_story | paste -sd ' ')" "CRM_INCOMING=74951000001-allowed_not_screened CRM_STEP_END=1-m79035550001-BUSY CRM_END=exhausted-Ring-2"
  # The prompt is said twice (4.8 s) and waited for twice (4 s).
  expect_between "ms in all" "$(cel_between CRM_INCOMING CRM_END)" 17000 24000
}

a_caller_is_asked_for_a_message_when_the_plan_says_so() { # check
  local told
  cel_mark
  phone 101 phone-refuses=486
  gateway 'ami_wait CrmIncoming && set_plan 101@5_v@20_102@5'
  call call-speaks 79161234567 74951000001 -d 3000
  finished
  expect_match "the story" "$(cel_story | paste -sd ' ')" \
    "^CRM_INCOMING=74951000001-allowed_not_screened CRM_STEP_END=1-101-BUSY CRM_MESSAGE=2 CRM_MESSAGE_END=[0-9]+-HANGUP CRM_END=message-Up-2\$"
  told=$(cel_crm | sed -nE 's/^CRM_MESSAGE_END=([0-9]+)-.*/\1/p')
  # 16 bytes of sound are a millisecond, as in the file; what the caller's sound was late by on a busy machine is not in it.
  # Far from the four seconds that are cut off where silence ended it.
  expect_between "bytes of the message" "$(stat -c %s "$CRM_RUN/asterisk/spool/monitor/$(cel_call)-message.wav")" $((told > 1503 ? told * 16 - 24000 : 45)) $((told * 16 + 8000))
  expect_between "ms of the message" "$told" 500 15000
}

who_hangs_up_while_he_is_asked_leaves_no_message() { # check
  cel_mark
  gateway 'ami_wait CrmIncoming && set_plan v@20'
  call call-answered 79161234567 74951000001 -d 1500
  expect "the story" "$(cel_story | paste -sd ' ')" "CRM_INCOMING=74951000001-allowed_not_screened CRM_MESSAGE=1 CRM_END=message-Up-1"
  expect "its file" "$(find "$CRM_RUN/asterisk/spool/monitor" -name "$(cel_call)-message.wav")" ""
}

who_hangs_up_in_the_menu_is_told_with_his_way() { # check
  cel_mark
  call call-presses=2 79161234567 74951000003 -d 3000
  expect "the story" "$(cel_story | paste -sd ' ')" "CRM_MENU=74951000003-allowed_not_screened CRM_MENU_KEY=2 CRM_END=menu-Up-"
  expect_between "ms in the menu" "$(cel_between '"CRM_MENU"' '"CRM_END"')" 4900 11500
}

out_of_the_menu_the_call_is_planned_like_any_other() { # check
  cel_mark
  phone 101 phone-answers
  gateway 'ami_wait CrmIncoming && set_plan 101@5'
  call call-presses=1 79161234567 74951000003 -d 6000
  finished
  expect "the story" "$(cel_story | paste -sd ' ')" \
    "CRM_MENU=74951000003-allowed_not_screened CRM_MENU_KEY=1 CRM_INCOMING=74951000003-allowed_not_screened CRM_END=plan-Up-1"
  recorded "$(cel_call)"
}

an_unknown_number_gets_404_and_no_channel() { # check
  cel_mark
  call call-refused=404 79161234567 74959999999
  expect "what CEL has of it" "$(cel)" ""
}

a_hostile_number_cannot_hide_the_head_of_its_records() { # check
  cel_mark
  # The line break is percent-encoded, as it comes in a SIP address.
  gateway 'ami_wait CrmIncoming && set_plan closed'
  call call-refused=403 '7916%0d%0a%0d%0aEvent%3A%20Fake%22,%24%7BSHELL(id)%7D' 74951000001
  wait_until 30 cel_has LINKEDID_END
  # No line of the rest may look like a record, and every true head is whole.
  expect_match "records that begin well" "$(cel | grep -cE '^\{"uniqueid":"[A-Za-z0-9.-]+","linkedid":"[A-Za-z0-9.-]+","eventtype":"[A-Z_]+","eventtime":"[0-9.]+","channame":"PJSIP/trunk-')" '^[1-9][0-9]*$'
  expect "lines that begin so but not whole" "$(cel | grep -E '^\{' | grep -cvE '^\{"uniqueid":"[A-Za-z0-9.-]+","linkedid":"[A-Za-z0-9.-]+","eventtype":"[A-Z_]+","eventtime":"[0-9.]+","channame":"' || true)" 0
  expect "the story" "$(cel_story | paste -sd ' ')" "CRM_INCOMING=74951000001-allowed_not_screened CRM_CLOSED= CRM_END=closed-Ring-"
}

a_call_out_is_a_call_as_people_dial_and_recorded_on_the_clients_side() { # check
  local dialled
  phone 101 idle
  for dialled in 89161234567 +79161234567 9161234567; do
    cel_mark
    answering "$TRUNK_ADDRESS" phone-answers
    dial 101 phone-calls "$dialled"
    finished
    expect "the story of $dialled" "$(cel_story | paste -sd ' ')" "CRM_OUTGOING=79161234567 CRM_END=out-Up-"
    expect_match "who records" "$(cel | grep '"APP_START".*"appname":"MixMonitor"')" '"channame":"PJSIP/trunk-'
    recorded "$(cel_call)"
  done
}

a_client_who_is_sent_on_stays_the_same_call_and_recorded() { # check
  cel_mark
  phone 101 idle
  phone 102 phone-answers
  answering "$TRUNK_ADDRESS" phone-answers-and-ends -d 8000
  dial 101 phone-transfers 89161234567 -key to 102
  finished
  expect "the story" "$(cel_story | paste -sd ' ')" "CRM_OUTGOING=79161234567 CRM_END=out-Up-"
  expect "whom the client talked to" "$(cel | sed -nE 's/.*"BRIDGE_ENTER".*"channame":"([^"-]+)-.*/\1/p' | sort -u | paste -sd ' ')" \
    "PJSIP/101 PJSIP/102 PJSIP/trunk"
  recorded "$(cel_call)"
}

emergency_calls_go_out_and_calls_abroad_do_not() { # check
  phone 101 idle
  dial 101 phone-calls-refused=404 810998901234567
  dial 101 phone-calls-refused=404 +77011234567
  cel_mark
  answering "$TRUNK_ADDRESS" phone-answers
  dial 101 phone-calls 112
  finished
  expect "the story" "$(cel_story | paste -sd ' ')" "CRM_OUTGOING=112 CRM_END=out-Up-"
}

a_call_between_phones_is_an_internal_call() { # check
  cel_mark
  phone 101 idle
  phone 102 phone-answers
  dial 101 phone-calls 102
  finished
  expect "the story" "$(cel_story | paste -sd ' ')" "CRM_INTERNAL=102 CRM_END=internal-Up-"
  recorded "$(cel_call)"
}

dial() { # EXTENSION SCENARIO NUMBER [sipp's options...]
  (sipp_run "$2" "127.0.1.$1" "$SIP_PORT" -key phone "$1" -s "$3" -au "$1" -ap "$(password_of "$1")" "${@:4}") ||
    { printf '%s dialling %s did not go as %s says\n' "$1" "$3" "$2"; exit 1; }
}

# The Uniqueid of the channel that made the call.
cel_call() { cel | sed -nE '1s/^\{"uniqueid":"([^"]+)".*/\1/p'; }

cel_talks() { cel_has '"BRIDGE_ENTER".*PJSIP/trunk-'; }

# Its recording is more than the 44 bytes of an empty WAV's head, and the third witness has it too. Both are written out a
# while after the call is over.
recorded() { # CALL
  wait_until 30 holds_sound "$CRM_RUN/asterisk/spool/monitor/$1.wav"
  wait_until 30 grep -q "\"crmcall\":\"$1\"" "$CRM_RUN/asterisk/log/cdr-custom/cdr.json"
}

holds_sound() { # FILE
  local bytes
  bytes=$(stat -c %s "$1" 2>/dev/null) && ((bytes > 44))
}
