# Gives the process that starts this shorter turns on the processor, and with "first" a higher weight too.
# Usage: perl turns.pl first|short. Whoever has little to do, often, so waits for a tenth of a millisecond instead of three
# until the one before has had his turn (Linux 6.12 and later, sched_attr(2): sched_runtime of SCHED_OTHER; ignored before).
# Shorter turns need no right, more weight does: what may not be is left.
use strict;
use warnings;

my %sched_setattr = (x86_64 => 314, aarch64 => 274);
my $call = $sched_setattr{(split ' ', `uname -m`)[0]} or exit;
my $pid = getppid;
my ($SCHED_OTHER, $turn_ns) = (0, 100_000);

# size, policy, flags, nice, priority, runtime, deadline, period
my $attributes = sub { pack 'LLQlLQQQ', 48, $SCHED_OTHER, 0, $_[0], 0, $turn_ns, 0, 0 };
if ($ARGV[0] eq 'first' && syscall($call, $pid, my $first = $attributes->(-20), 0) == 0) {
    # The kernel weighs sessions before it weighs processes.
    if (open my $session, '>', "/proc/$pid/autogroup") { print $session -20 }
} else {
    syscall $call, $pid, my $others = $attributes->(0), 0;
}
