"""ci: do what an event of a pipeline's host asks for.

`run` reads the event. `proposals` plans what is proposed, from files that `files` takes out of git as
data. `landing` applies what was merged, if `verdict` finds that exactly this plan was approved.
`night` reports drift and leaks. All of it is alike for every host; `pipelines` knows the hosts.
"""
