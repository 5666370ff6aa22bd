#!/bin/bash
# needs: perl
perl -e 'use IO::Socket::UNIX; my $s = IO::Socket::UNIX->new(Local => "s", Listen => 5) or die;
for my $i (1..5) { if (!fork) { my $c = IO::Socket::UNIX->new(Peer => "s") or die; print $c "client $i\n"; print scalar <$c>; exit $i } }
my @got; for (1..5) { my $c = $s->accept; my $l = <$c>; push @got, $l; print $c "thanks\n"; close $c } print sort @got;
my $sum = 0; while ((my $p = wait) > 0) { $sum += $? >> 8 } print "$sum\n";
$SIG{ALRM} = sub { die "alarm\n" }; eval { alarm 1; select undef, undef, undef, 5; }; print $@;'
