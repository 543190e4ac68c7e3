/**
 * How people in Kupang ask for things, and how the offices call them: each line means the same. Knowledge of the language, not of a branch: a
 * line finds only what the branch has. The public writes "antrian", "akte" and "pasport"; the pages write them as the dictionary does.
 */
export const SYNONYMS: readonly (readonly string[])[] = [
  ['ktp', 'e-ktp', 'ektp', 'ktp-el', 'kartu tanda penduduk', 'id card', 'e-id', 'identity card'],
  ['kia', 'kartu identitas anak', 'child id', 'child-id'],
  ['kk', 'kartu keluarga', 'family card'],
  ['akta', 'akte', 'surat lahir', 'kelahiran', 'kematian', 'birth certificate', 'death certificate', 'certificate'],
  ['pindah', 'skpwni', 'surat pindah', 'pindah alamat', 'moving'],
  ['ikd', 'identitas kependudukan digital', 'ktp digital', 'digital id'],
  ['dukcapil', 'catatan sipil', 'capil', 'disdukcapil', 'kependudukan', 'civil registry', 'civil registration'],
  ['pbb', 'pajak bumi', 'pajak bumi dan bangunan', 'pajak tanah', 'pajak rumah', 'sppt', 'land tax', 'property tax'],
  ['bphtb', 'bea perolehan', 'jual beli tanah', 'transfer duty'],
  ['sertifikat tanah', 'pertanahan', 'bpn', 'balik nama', 'tanah', 'land'],
  ['stnk', 'pajak kendaraan', 'pkb', 'pajak motor', 'pajak mobil', 'samsat', 'vehicle tax'],
  ['sim', 'surat izin mengemudi', 'driving licence', 'driving license', 'licence', 'license'],
  ['npwp', 'pajak penghasilan', 'spt', 'tax number', 'tax id'],
  ['bpjs', 'jkn', 'kis', 'asuransi kesehatan', 'kartu sehat', 'health insurance'],
  ['jht', 'jamsostek', 'bpjs tk', 'bpjs ketenagakerjaan', 'klaim'],
  ['bansos', 'bantuan sosial', 'pkh', 'blt', 'dtks', 'dtsen', 'sembako', 'social aid'],
  ['nib', 'oss', 'izin usaha', 'siup', 'perizinan', 'izin', 'permit', 'business id'],
  ['perusahaan', 'pt', 'cv', 'badan hukum', 'ahu', 'company'],
  ['paspor', 'pasport', 'passport', 'imigrasi', 'immigration'],
  ['ak1', 'ak-1', 'kartu kuning', 'pencari kerja', 'lowongan', 'cari kerja', 'job seeker'],
  ['air', 'pdam', 'ledeng', 'air minum', 'water'],
  ['listrik', 'pln', 'token', 'electricity'],
  ['nikah', 'haji', 'umrah', 'kemenag', 'marriage', 'hajj'],
  ['sip', 'izin praktik', 'tenaga kesehatan', 'perawat', 'bidan', 'dokter', 'health worker'],
  ['rekam', 'perekaman', 'foto', 'sidik jari', 'biometric'],
  ['ambil', 'pengambilan', 'pick-up', 'pickup', 'collect'],
  ['bayar', 'pembayaran', 'setor', 'teller', 'kasir', 'payment', 'pay'],
  ['hilang', 'rusak', 'ganti', 'cetak', 'cetak ulang', 'lost', 'print'],
  ['curhat', 'pengaduan', 'keluhan', 'lapor', 'aduan', 'complaint', 'complaints'],
  ['bangunan', 'imb', 'pbg', 'pupr', 'tata ruang', 'building'],
]

/** Words that name no service: whoever writes "mau ambil nomor antrian ktp" wants KTP. */
export const FILLERS: ReadonlySet<string> = new Set(
  'antrian antrean antre antri nomor no loket mau saya ingin urus mengurus buat bikin membuat cara untuk di ke dan yang dengan minta tolong layanan queue number the a an for to of i want my get make'.split(
    ' ',
  ),
)
