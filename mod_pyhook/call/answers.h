// call/answers.h: httpd's run rule among several callables of one hook.
#pragma once

#include "config/phases.h"

namespace pyhook {

class Answers {
public:
    explicit Answers(Run run) : run_(run) {}

    /// True when `status` ends the hook.
    bool add(int status) {
        const bool ends = run_ == Run::first ? status != DECLINED : status != DECLINED && status != OK;
        if (ends || status == OK)
            answer_ = status;
        return ends;
    }
    int answer() const { return answer_; }

private:
    Run run_;
    int answer_ = DECLINED;
};

} // namespace pyhook
