# mod_perl's part of the cases.
package Apache2::Bench;
use strict;
use warnings;
use Apache2::RequestRec ();
use Apache2::RequestIO  ();
use Apache2::Connection ();
use Apache2::Filter     ();
use APR::Table          ();
use Apache2::Const -compile => qw(OK DECLINED);

sub hello {
    my $r = shift;
    $r->content_type('text/plain');
    $r->print('Hello World!');
    return Apache2::Const::OK;
}

sub headers {
    my $r = shift;
    my @read = ($r->method, $r->uri, $r->args, $r->useragent_ip);
    $r->headers_out->set('X-Bench', $r->headers_in->get('User-Agent') ? 'agent' : 'none');
    return hello($r);
}

sub look { return length $_[0]->uri ? Apache2::Const::OK : 400 }

sub pass_on { return length $_[0]->uri ? Apache2::Const::DECLINED : 400 }

sub note {
    my $r = shift;
    $r->notes->set(bench => $r->uri);
    return Apache2::Const::OK;
}

sub filter_upper {
    my $f = shift;
    $f->r->headers_out->unset('Content-Length') unless $f->ctx;
    $f->ctx(1);
    while ($f->read(my $chunk, 65536)) { $f->print(uc $chunk) }
    return Apache2::Const::OK;
}

sub filter_through {
    my $f = shift;
    while ($f->read(my $chunk, 65536)) { $f->print($chunk) }
    return Apache2::Const::OK;
}

sub input_upper {
    my $f = shift;
    while ($f->read(my $chunk, 65536)) { $f->print(uc $chunk) }
    return Apache2::Const::OK;
}

1;
