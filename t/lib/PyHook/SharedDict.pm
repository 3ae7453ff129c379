# What a shared dictionary answers, wherever it keeps its entries: a question, in which `d` is the dictionary, and what the
# handler `ask` of t/share/shared.py says. The questions build on each other; the dictionary is empty before and after.
package PyHook::SharedDict;

use strict;
use warnings;

use Exporter qw(import);

our @EXPORT = qw(@answers);

our @answers = (
    [q(d.set('k', b'\x00\xff')),                          'None'],
    ["d.get('k')",                                         q(b'\x00\xff')],
    ["d.set('k', 'caf\\xe9')",                             'None'],
    ["d['k']",                                             "'caf\xc3\xa9'"],
    ["d.set('n', -5)",                                     'None'],
    ["d['n']",                                             '-5'],
    ["d.get('missing')",                                   'None'],
    ["d.get('missing', 7)",                                '7'],
    ["d['missing']",                                       "KeyError: 'missing'"],
    ["d.add('k', b'new')",                                 'False'],
    ["d.add('fresh', b'new')",                             'True'],
    ["sorted(d)",                                          "['fresh', 'k', 'n']"],
    ["len(d), 'k' in d, 'no' in d, 5 in d",                '(3, True, False, False)'],
    ["d.delete('fresh'), d.delete('fresh')",               '(True, False)'],
    ["d.__delitem__('fresh')",                             "KeyError: 'fresh'"],
    ["d.incr('n'), d.incr('n', 10), d.incr('n', -6)",      '(-4, 6, 0)'],
    ["d.incr('new', init=100)",                            '101'],
    ["d.incr('k')",                                        "TypeError: 'k' holds no int"],
    ["d.set('max', 2**63-1), d.incr('max')",               "OverflowError: 'max' would leave the range of 64 bits"],
    ["d['max']",                                           '9223372036854775807'],
    ["d.set('big', 2**63)",                                qr/^OverflowError: /],
    ["d.set('x', 1.5)",                                    'TypeError: a shared dictionary holds bytes, str and int, not float'],
    ["d.set('x', True)",                                   'TypeError: a shared dictionary holds bytes, str and int, not bool'],
    ["d.set('x', None)",                                   'TypeError: a shared dictionary holds bytes, str and int, not NoneType'],
    ["d.set(5, 'x')",                                      qr/^TypeError: /],
    ["d.set('x', 'y', ttl=0)",                             'ValueError: a time to live is a number of seconds above 0'],
    ["d.set('x', 'y', ttl=float('nan'))",                  'ValueError: a time to live is a number of seconds above 0'],
    ["d.ttl('x')",                                         "KeyError: 'x'"],
    ["d.ttl('n')",                                         'None'],
    ["d.set('t', 'y', ttl=60), 59 < d.ttl('t') <= 60",     '(None, True)'],
    ["d.incr('window', ttl=60), d.incr('window', ttl=5), d.ttl('window') > 50", '(1, 2, True)'],
    ["d.set('long', b'x' * 10000), d['long'] == b'x' * 10000", '(None, True)'],
    ["d.set('key' * 500, 'v'), d['key' * 500]",            "(None, 'v')"],
    ["d.set('', ''), d['']",                               "(None, '')"],
    ["pyhook.shared['nowhere']",                           qr/^KeyError: .*no shared dictionary is named 'nowhere': declare it with PyHookShared/],
    ["pyhook.SharedDict()",                                qr/^TypeError: cannot create/],
    ["d.clear(), len(d), list(d)",                         '(None, 0, [])'],
);

1;
