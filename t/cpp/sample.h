// t/cpp/sample.h: an extension module made with the binding templates, for the tests to call.
#pragma once

namespace test {

/// Makes `import sample` possible. Before Python starts.
void offer_sample();

} // namespace test
