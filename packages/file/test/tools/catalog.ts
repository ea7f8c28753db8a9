/** One way in which a file gets its next content. */
export interface Tool {
  readonly name: string;
  /** The command that has to be installed, if it is not a part of every system. */
  readonly needs?: string;
  /**
   * Run by `sh`, in the watched directory, when `routes.yml` holds the old content. `$NEW` is a file elsewhere that
   * holds the new content, which is the line `edited: yes` and then the old content; `$AWAY` a directory elsewhere.
   */
  readonly script: string;
  /** Whether it stands still for longer than the settle time by itself. */
  readonly pauses?: boolean;
  /** Run before the watcher is opened. */
  readonly prepare?: string;
  /** Exactly what is told, in whatever order. Default: that `routes.yml` was written, once. */
  readonly events?: readonly string[];
  /** A word on why these are the events. */
  readonly note?: string;
}

const vim = (options: string) =>
  `vim -u NONE -i NONE -N -es -c 'set ${options}' -c '0put=\\"edited: yes\\"' -c wq routes.yml`;
const emacs = (settings: string) =>
  `emacs -Q --batch routes.yml --eval '(progn ${settings} (goto-char (point-min)) (insert "edited: yes\\n") (save-buffer))' 2>&1`;
/** Types the line, saves and leaves. */
const nano = (options: string) =>
  `python3 "$TOOLS/type-into.py" 'Exit' 'edited: yes\\r\\x13\\x18' nano -I ${options} routes.yml > /dev/null`;
const python = (code: string) => `python3 -c '${code}'`;

/** A ConfigMap's volume: every file a symlink through `..data`, which is swapped from one directory to the next. */
const configMap = 'mkdir ..1 && mv routes.yml ..1/ && ln -s ..1 ..data && ln -s ..data/routes.yml routes.yml';
const swapConfigMap =
  'mkdir ..2 && cat "$NEW" > ..2/routes.yml && ln -s ..2 ..data_tmp && mv -T ..data_tmp ..data';

export const tools: readonly Tool[] = [
  { name: 'vim, backupcopy=yes', needs: 'vim', script: vim('backupcopy=yes') },
  { name: 'vim, backupcopy=no', needs: 'vim', script: vim('backupcopy=no') },
  { name: 'vim, backupcopy=auto', needs: 'vim', script: vim('backupcopy=auto') },
  {
    name: 'vim, backup kept',
    needs: 'vim',
    script: vim('backup backupcopy=no'),
    events: ['written routes.yml', 'created routes.yml~'],
    note: 'the backup is a file of its own',
  },
  {
    name: 'vim, fsync and swap file',
    needs: 'vim',
    script: vim('fsync swapfile directory=. backupcopy=auto'),
  },
  {
    name: 'nvim',
    needs: 'nvim',
    script: `nvim --headless -u NONE -i NONE -c '0put=\\"edited: yes\\"' -c wq routes.yml`,
  },
  { name: 'nano', needs: 'nano', script: nano('') },
  {
    name: 'nano, backup kept',
    needs: 'nano',
    script: nano('-B'),
    events: ['written routes.yml', 'created routes.yml~'],
    note: 'the backup is a file of its own',
  },
  { name: 'emacs, no backup', needs: 'emacs', script: emacs('(setq make-backup-files nil)') },
  {
    name: 'emacs, backup by renaming',
    needs: 'emacs',
    script: emacs('(setq backup-by-copying nil)'),
    events: ['written routes.yml', 'created routes.yml~'],
    note: 'the backup is a file of its own',
  },
  {
    name: 'emacs, backup by copying',
    needs: 'emacs',
    script: emacs('(setq backup-by-copying t)'),
    events: ['written routes.yml', 'created routes.yml~'],
    note: 'the backup is a file of its own',
  },
  {
    name: 'emacs, file-precious-flag',
    needs: 'emacs',
    script: emacs('(setq make-backup-files nil file-precious-flag t)'),
  },
  { name: 'ed', needs: 'ed', script: `printf '0a\\nedited: yes\\n.\\nw\\nq\\n' | ed -s routes.yml` },
  { name: 'sed -i', script: `sed -i '1i edited: yes' routes.yml` },
  {
    name: 'sed -i.bak',
    script: `sed -i.bak '1i edited: yes' routes.yml`,
    events: ['written routes.yml', 'created routes.yml.bak'],
    note: 'the backup is a file of its own',
  },
  { name: 'perl -pi', needs: 'perl', script: `perl -pi -e 'print "edited: yes\\n" if $. == 1' routes.yml` },
  {
    name: 'patch',
    needs: 'patch',
    script: `printf '%s\\n' '--- a' '+++ b' '@@ -1,1 +1,2 @@' '+edited: yes' ' routes:' | patch -s routes.yml`,
  },
  { name: 'rsync', needs: 'rsync', script: 'rsync "$NEW" routes.yml' },
  { name: 'rsync --inplace', needs: 'rsync', script: 'rsync --inplace "$NEW" routes.yml' },
  { name: 'rsync --delay-updates', needs: 'rsync', script: 'rsync --delay-updates "$NEW" routes.yml' },
  {
    name: 'git checkout',
    needs: 'git',
    prepare:
      'git init -q . && git add routes.yml && git -c user.name=a -c user.email=a@b.c commit -qm old && ' +
      'git checkout -qb new && cp "$NEW" routes.yml && git -c user.name=a -c user.email=a@b.c commit -qam new && ' +
      'git checkout -q -',
    script: 'git checkout -q new',
  },
  {
    name: 'git stash pop',
    needs: 'git',
    prepare:
      'git init -q . && git add routes.yml && git -c user.name=a -c user.email=a@b.c commit -qm old && ' +
      'cp "$NEW" routes.yml && git -c user.name=a -c user.email=a@b.c stash -q',
    script: 'git -c user.name=a -c user.email=a@b.c stash pop -q',
  },
  {
    name: 'tar -x',
    needs: 'tar',
    prepare: 'cp "$NEW" "$AWAY/routes.yml" && tar -C "$AWAY" -cf "$AWAY/a.tar" routes.yml',
    script: 'tar -xf "$AWAY/a.tar"',
  },
  { name: 'cp', script: 'cp "$NEW" routes.yml' },
  { name: 'cp --remove-destination', script: 'cp --remove-destination "$NEW" routes.yml' },
  {
    name: 'cp -p, of an older file',
    prepare: 'touch -d "2001-01-01" "$NEW"',
    script: 'cp -p "$NEW" routes.yml',
  },
  { name: 'mv from elsewhere', script: 'mv "$NEW" routes.yml' },
  {
    name: 'mv of a file in the directory onto it',
    prepare: 'cp "$NEW" next.yml',
    script: 'mv next.yml routes.yml',
    events: ['renamed next.yml > routes.yml', 'written routes.yml'],
  },
  {
    name: 'mv to another name',
    prepare: 'cp "$NEW" routes.yml',
    script: 'mv routes.yml moved.yml',
    events: ['renamed routes.yml > moved.yml', 'created moved.yml'],
  },
  { name: 'install', script: 'install -m 644 "$NEW" routes.yml' },
  { name: 'tee', script: 'tee routes.yml < "$NEW" > /dev/null' },
  { name: 'dd conv=notrunc', script: 'dd if="$NEW" of=routes.yml bs=4k conv=notrunc status=none' },
  { name: 'shell >', script: 'cat "$NEW" > routes.yml' },
  { name: 'shell > with set -C and rm', script: 'rm routes.yml; cat "$NEW" > routes.yml' },
  {
    name: 'shell >, then >> 200 times',
    script:
      'head -n 1 "$NEW" > routes.yml; i=0; while [ $i -lt 200 ]; do echo >> routes.yml; i=$((i+1)); done; cat "$NEW" > routes.yml',
  },
  {
    name: 'truncate, and the content 300 ms later',
    script: ': > routes.yml; sleep 0.3; cat "$NEW" > routes.yml',
    pauses: true,
  },
  {
    name: 'slow writer, five pieces 30 ms apart',
    needs: 'python3',
    script: python(`
import os, time
new = open(os.environ["NEW"], "rb").read()
step = len(new) // 5 + 1
with open("routes.yml", "wb", buffering=0) as f:
    for i in range(5):
        f.write(new[i * step:(i + 1) * step])
        time.sleep(0.03)
`),
  },
  {
    name: 'Python, tempfile and os.replace',
    needs: 'python3',
    script: python(`
import os, tempfile
fd, tmp = tempfile.mkstemp(dir=".")
with os.fdopen(fd, "wb") as f:
    f.write(open(os.environ["NEW"], "rb").read()); f.flush(); os.fsync(f.fileno())
os.replace(tmp, "routes.yml")
`),
  },
  {
    name: 'Python, mmap',
    needs: 'python3',
    script: python(`
import mmap, os
new = open(os.environ["NEW"], "rb").read()
with open("routes.yml", "r+b") as f:
    f.truncate(len(new))
    with mmap.mmap(f.fileno(), 0) as m:
        m[:] = new
        m.flush()
`),
  },
  {
    name: 'safe write of the JetBrains editors',
    needs: 'python3',
    script: python(`
import os, shutil
shutil.copyfile(os.environ["NEW"], "routes.yml___jb_tmp___")
os.rename("routes.yml", "routes.yml___jb_old___")
os.rename("routes.yml___jb_tmp___", "routes.yml")
os.unlink("routes.yml___jb_old___")
`),
  },
  {
    name: 'ln -sfn',
    prepare: 'mv routes.yml "$AWAY/old" && ln -s "$AWAY/old" routes.yml',
    script: 'ln -sfn "$NEW" routes.yml',
  },
  {
    name: 'symlink to a file beside it, written in place',
    prepare: 'mv routes.yml .real && ln -s .real routes.yml',
    script: 'cat "$NEW" > .real',
  },
  {
    name: 'Kubernetes ..data swap, old directory kept',
    prepare: configMap,
    script: swapConfigMap,
  },
  {
    name: 'Kubernetes ..data swap, old directory removed',
    prepare: configMap,
    script: `${swapConfigMap} && rm -r ..1`,
  },
  { name: 'rm and made again at once', script: 'rm routes.yml && cp "$NEW" routes.yml' },
  {
    name: 'rm and made again after 400 ms',
    script: 'rm routes.yml && sleep 0.4 && cp "$NEW" routes.yml',
    pauses: true,
    events: ['deleted routes.yml', 'created routes.yml'],
  },
  { name: 'touch', script: 'touch routes.yml', events: [], note: 'the content is the same' },
  { name: 'chmod', script: 'chmod 600 routes.yml', events: [], note: 'the content is the same' },
  {
    name: 'rewrite with the same bytes',
    script: 'cat routes.yml > .copy && cat .copy > routes.yml',
    events: [],
    note: 'the content is the same',
  },
];
