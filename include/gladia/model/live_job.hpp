#pragma once

#include <gladia/model/job.hpp>
#include <gladia/model/live_request.hpp>
#include <gladia/model/live_result.hpp>

/// \file
/// The jobs of sessions, as the server keeps them.

namespace gladia {

/// The job of a session. Its `id` is that of `live_session_info`.
/// Mirrors https://docs.gladia.io/api-reference/v2/live/get.
using live_job = basic_job<live_request, live_result>;

/// One page of the list of sessions' jobs.
/// Mirrors https://docs.gladia.io/api-reference/v2/live/list.
using live_job_page = basic_job_page<live_job>;

/// Which jobs of sessions to list. Mirrors https://docs.gladia.io/api-reference/v2/live/list.
using live_list_query = job_list_query;

}  // namespace gladia
