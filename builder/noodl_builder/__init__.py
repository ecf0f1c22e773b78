"""The packer: backend folder -> plan -> bundle.

plan.plan(options)           what a bundle would hold, each entry with its hash; writes nothing
write.write(plan, output)    the bundle, whole or not at all, the same bytes for the same plan
bundle_file.inspect(path)    what the manifest of a bundle says
bundle_file.verify(path)     the same, after checking every file against it
"""
