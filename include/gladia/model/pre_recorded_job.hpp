#pragma once

#include <gladia/model/job.hpp>
#include <gladia/model/pre_recorded_request.hpp>
#include <gladia/model/pre_recorded_result.hpp>

/// \file
/// Transcriptions of files, as the service keeps them.

namespace gladia {

/// The transcription of a file, as the service keeps it; its `id` is the same as in
/// `pre_recorded_info`. Mirrors https://docs.gladia.io/api-reference/v2/pre-recorded/get.
using pre_recorded_job = basic_job<pre_recorded_request, pre_recorded_result>;

/// One page of them. Mirrors https://docs.gladia.io/api-reference/v2/pre-recorded/list.
using pre_recorded_job_page = basic_job_page<pre_recorded_job>;

/// Which of them to list. Mirrors https://docs.gladia.io/api-reference/v2/pre-recorded/list.
using pre_recorded_list_query = job_list_query;

}  // namespace gladia
