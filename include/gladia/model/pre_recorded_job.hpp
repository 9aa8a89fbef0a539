#pragma once

#include <gladia/model/job.hpp>
#include <gladia/model/pre_recorded_request.hpp>
#include <gladia/model/pre_recorded_result.hpp>

/// \file
/// The jobs of recordings, as the server keeps them.

namespace gladia {

/// The job of a recording. Its `id` is that of `pre_recorded_info`.
/// Mirrors https://docs.gladia.io/api-reference/v2/pre-recorded/get.
using pre_recorded_job = basic_job<pre_recorded_request, pre_recorded_result>;

/// One page of the list of recordings' jobs.
/// Mirrors https://docs.gladia.io/api-reference/v2/pre-recorded/list.
using pre_recorded_job_page = basic_job_page<pre_recorded_job>;

/// Which jobs of recordings to list.
/// Mirrors https://docs.gladia.io/api-reference/v2/pre-recorded/list.
using pre_recorded_list_query = job_list_query;

}  // namespace gladia
