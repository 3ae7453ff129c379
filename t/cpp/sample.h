// t/cpp/sample.h: an extension module that is made with the binding templates, for tests.
#pragma once

namespace test {

/// Makes `import sample` possible. To be called before Python starts.
void offer_sample();

} // namespace test
