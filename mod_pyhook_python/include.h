// include.h: <!--#python eval="…" --> and <!--#python exec="…" --> in pages of mod_include.
#pragma once

namespace mod_python {

/// Offers the element to mod_include, if it is loaded. To be called when the configuration has been read.
void offer_include_element();

} // namespace mod_python
