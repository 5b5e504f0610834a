process.stdout.write('cloze bench\n');
